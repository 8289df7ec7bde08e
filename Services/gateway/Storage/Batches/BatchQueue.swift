import Contracts
import Foundation
import Postgres
import ServiceKit

/// Batches as their worker has them. Everything that is written names the epoch of the claim, so a worker that lost its
/// lease changes nothing.
struct BatchQueue: Sendable {
    let pool: PostgresPool

    /// A batch that this process holds until its lease ends.
    struct Claim: Sendable {
        let id: BatchID
        let epoch: Int64
        let stored: StoredJob

        var scope: TenantScope { stored.scope }
    }

    /// A claimed batch, and on whose behalf its lines are called.
    struct Job: Sendable {
        let batch: ModelBatch
        let roles: Set<Role>
        let apiKey: APIKeyID?
        /// The key that the batch was created with has been revoked since.
        let isKeyRevoked: Bool
        let user: String?
        let openLines: Int
    }

    /// A line to be called now.
    struct Line: Sendable {
        let number: Int
        let customID: String
        let offset: Int64
        let length: Int
        /// Counts this one, and those of workers that died over it.
        let attempt: Int
    }

    // MARK: Leases

    func claim(lease: Duration) async throws -> Claim? {
        let rows = try await pool.query("SELECT * FROM gateway.claim_batch(\(lease / .seconds(1)))")
        return try rows.first.map { row in
            let id = BatchID(try row.decode("id", as: UUID.self))
            let tenant = TenantID(try row.decode("tenant_id", as: UUID.self))
            return Claim(
                id: id, epoch: try row.decode("epoch"),
                stored: StoredJob(claimedRowOf: tenant, reference: Caller.batchActorPrefix + id.wire))
        }
    }

    /// - Returns: False when the batch is no longer ours.
    func extend(_ claim: Claim, lease: Duration) async throws -> Bool {
        let result = try await pool.query(
            """
            UPDATE gateway.batches SET available_at = now() + make_interval(secs => \(lease / .seconds(1)))
            WHERE \(fragment: Self.isOurs(claim)) AND is_held
            """, in: claim.scope)
        return result.affectedRows == 1
    }

    /// Gives the batch back, to be claimed again after `delay`.
    func release(_ claim: Claim, for delay: Duration) async throws {
        _ = try await pool.query(
            """
            UPDATE gateway.batches
            SET is_held = false, available_at = now() + make_interval(secs => \(delay / .seconds(1)))
            WHERE \(fragment: Self.isOurs(claim))
            """, in: claim.scope)
    }

    /// Nil when the batch is no longer ours.
    func load(_ claim: Claim) async throws -> Job? {
        let rows = try await pool.query(
            """
            SELECT \(fragment: BatchStore.columns), roles, api_key, user_label,
                EXISTS (SELECT FROM gateway.api_keys k WHERE k.tenant_id = batches.tenant_id
                    AND k.id = batches.api_key AND k.revoked_at IS NOT NULL) AS is_key_revoked,
                (SELECT count(*) FROM gateway.batch_lines l WHERE l.tenant_id = batches.tenant_id
                    AND l.batch_id = batches.id AND l.finished_at IS NULL) AS open_lines
            FROM gateway.batches WHERE \(fragment: Self.isOurs(claim))
            """, in: claim.scope)
        return try rows.first.map { row in
            Job(
                batch: try ModelBatch(row),
                roles: Set(try row.decode("roles", as: [String].self).compactMap(Role.init)),
                apiKey: try row.decode("api_key", as: UUID?.self).map { APIKeyID($0) },
                isKeyRevoked: try row.decode("is_key_revoked"), user: try row.decode("user_label", as: String?.self),
                openLines: try row.decode("open_lines"))
        }
    }

    // MARK: Validation

    /// Forgets what an earlier, unfinished validation wrote.
    func clearLines(_ claim: Claim) async throws {
        _ = try await pool.query(
            """
            WITH \(fragment: Self.owner(claim))
            DELETE FROM gateway.batch_lines l USING owner WHERE \(fragment: Self.linesOfOwner(claim))
            """, in: claim.scope)
    }

    func insert(_ entries: [BatchPlan.Entry], _ claim: Claim) async throws {
        guard !entries.isEmpty else { return }
        _ = try await pool.query(
            """
            WITH \(fragment: Self.owner(claim))
            INSERT INTO gateway.batch_lines (tenant_id, batch_id, line, custom_id, body_offset, body_length)
            SELECT \(claim.scope.tenant.uuid), owner.id, e.line, e.custom_id, e.body_offset, e.body_length
            FROM owner, unnest(\(entries.map { Int32($0.line) }), \(entries.map(\.customID)),
                \(entries.map(\.offset)), \(entries.map { Int32($0.length) })
            ) AS e (line, custom_id, body_offset, body_length)
            """, in: claim.scope)
    }

    /// Lets the lines run, unless the batch was cancelled meanwhile.
    func begin(_ claim: Claim, total: Int) async throws {
        _ = try await pool.query(
            """
            UPDATE gateway.batches SET status = 'in_progress', in_progress_at = now(), total = \(Int32(total))
            WHERE \(fragment: Self.isOurs(claim)) AND status = 'validating'
            """, in: claim.scope)
    }

    func reject(_ claim: Claim, because problems: [BatchProblem]) async throws {
        let json = String(decoding: try JSONEncoder().encode(problems), as: UTF8.self)
        _ = try await pool.pipeline(
            [
                """
                WITH \(fragment: Self.owner(claim))
                DELETE FROM gateway.batch_lines l USING owner WHERE \(fragment: Self.linesOfOwner(claim))
                """,
                """
                UPDATE gateway.batches
                SET status = 'failed', failed_at = now(), problems = \(json)::jsonb, is_held = false
                WHERE \(fragment: Self.isOurs(claim)) AND status IN ('validating', 'in_progress')
                """,
            ], in: claim.scope)
    }

    // MARK: Lines

    /// The next line after `line` that has no result, counted as begun. Durable before the line is called: a worker
    /// that takes it up after a crash calls it as another attempt, with another identity.
    ///
    /// - Returns: Nil when there is none, or the batch is not to go on: lost, cancelled or expired.
    func take(_ claim: Claim, after line: Int) async throws -> Line? {
        let next: SQL = """
            SELECT l.line FROM gateway.batch_lines l, owner
            WHERE \(fragment: Self.linesOfOwner(claim)) AND l.finished_at IS NULL AND l.line > \(Int32(line))
            ORDER BY l.line LIMIT 1
            """
        return try await begin(next, claim)
    }

    /// The same line again, after an attempt that failed for a while only. Nil as with `take`.
    func retake(_ line: Line, _ claim: Claim) async throws -> Line? {
        let same: SQL = """
            SELECT l.line FROM gateway.batch_lines l, owner
            WHERE \(fragment: Self.linesOfOwner(claim)) AND l.finished_at IS NULL AND l.line = \(Int32(line.number))
            """
        return try await begin(same, claim)
    }

    private func begin(_ chosen: SQL, _ claim: Claim) async throws -> Line? {
        let rows = try await pool.query(
            """
            WITH owner AS (
                SELECT id FROM gateway.batches WHERE \(fragment: Self.isOurs(claim))
                    AND status = 'in_progress' AND expires_at > now() FOR SHARE
            ), chosen AS (\(fragment: chosen))
            UPDATE gateway.batch_lines l SET attempts = l.attempts + 1 FROM chosen
            WHERE l.tenant_id = \(claim.scope.tenant.uuid) AND l.batch_id = \(claim.id.uuid) AND l.line = chosen.line
            RETURNING l.line, l.custom_id, l.body_offset, l.body_length, l.attempts
            """, in: claim.scope)
        return try rows.first.map { row in
            Line(
                number: try row.decode("line"), customID: try row.decode("custom_id"),
                offset: try row.decode("body_offset"), length: try row.decode("body_length"),
                attempt: try row.decode("attempts"))
        }
    }

    /// Keeps the result of a line, once, and counts it.
    ///
    /// - Returns: False when the line has one already, or the batch is no longer ours.
    func finish(_ line: Line, _ outcome: ResultLine.Outcome, _ claim: Claim) async throws -> Bool {
        var (status, answer) = (Int32?.none, [UInt8]?.none)
        var (code, message) = (String?.none, String?.none)
        switch outcome {
        case .answered(let number, let body): (status, answer) = (Int32(number), body)
        case .notRun(let word, let text): (code, message) = (word, text)
        }
        let result = try await pool.query(
            """
            WITH \(fragment: Self.owner(claim)), done AS (
                UPDATE gateway.batch_lines l SET status = \(status), answer = \(answer), error_code = \(code),
                    error_message = \(message), finished_at = now()
                FROM owner
                WHERE \(fragment: Self.linesOfOwner(claim)) AND l.line = \(Int32(line.number)) AND l.finished_at IS NULL
                RETURNING l.status BETWEEN 200 AND 299 AS is_good
            )
            UPDATE gateway.batches b SET completed = b.completed + CASE WHEN done.is_good THEN 1 ELSE 0 END,
                failed = b.failed + CASE WHEN done.is_good THEN 0 ELSE 1 END
            FROM done WHERE b.tenant_id = \(claim.scope.tenant.uuid) AND b.id = \(claim.id.uuid)
            """, in: claim.scope)
        return result.affectedRows == 1
    }

    // MARK: Statements

    static func isOurs(_ claim: Claim) -> SQL {
        "tenant_id = \(claim.scope.tenant.uuid) AND id = \(claim.id.uuid) AND epoch = \(claim.epoch)"
    }

    /// The batch's row, locked: everybody takes it before the lines.
    static func owner(_ claim: Claim) -> SQL {
        "owner AS (SELECT id FROM gateway.batches WHERE \(fragment: isOurs(claim)) FOR UPDATE)"
    }

    static func linesOfOwner(_ claim: Claim) -> SQL {
        "l.tenant_id = \(claim.scope.tenant.uuid) AND l.batch_id = owner.id"
    }
}
