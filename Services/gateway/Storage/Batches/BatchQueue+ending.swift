import Contracts
import Foundation
import Postgres
import ServiceKit

/// How a batch ends: what never ran is said so, the results are written into files, then the batch shows them.
extension BatchQueue {
    /// Gives every line without a result this one, and enters `finalizing` from `in_progress`.
    ///
    /// - Parameter expired: The window has ended; remembered, so that a worker that goes on after a crash knows.
    func close(_ claim: Claim, expired: Bool, code: String, message: String) async throws {
        _ = try await pool.query(
            """
            WITH \(fragment: Self.owner(claim)), closed AS (
                UPDATE gateway.batch_lines l SET error_code = \(code), error_message = \(message), finished_at = now()
                FROM owner WHERE \(fragment: Self.linesOfOwner(claim)) AND l.finished_at IS NULL
                RETURNING 1
            )
            UPDATE gateway.batches b SET failed = b.failed + (SELECT count(*) FROM closed)::integer,
                status = CASE b.status WHEN 'in_progress' THEN 'finalizing' ELSE b.status END,
                finalizing_at = CASE b.status WHEN 'in_progress' THEN now() ELSE b.finalizing_at END,
                expired_at = CASE WHEN \(expired) THEN COALESCE(b.expired_at, now()) ELSE b.expired_at END
            FROM owner WHERE b.tenant_id = \(claim.scope.tenant.uuid) AND b.id = owner.id
            """, in: claim.scope)
    }

    /// Cancels on behalf of the gateway.
    func cancel(_ claim: Claim) async throws {
        _ = try await pool.query(
            """
            UPDATE gateway.batches SET status = 'cancelling', cancelling_at = now()
            WHERE \(fragment: Self.isOurs(claim)) AND status IN ('validating', 'in_progress')
            """, in: claim.scope)
    }

    /// The lines after `line` whose results belong into one of the two files, with the sizes of their answers.
    func sizes(
        _ claim: Claim, good: Bool, after line: Int, limit: Int
    ) async throws -> [(line: Int, bytes: Int)] {
        let rows = try await pool.query(
            """
            SELECT line, COALESCE(octet_length(answer), 0) AS bytes FROM gateway.batch_lines
            WHERE tenant_id = \(claim.scope.tenant.uuid) AND batch_id = \(claim.id.uuid) AND line > \(Int32(line))
                AND COALESCE(status BETWEEN 200 AND 299, false) = \(good)
            ORDER BY line LIMIT \(limit)
            """, in: claim.scope)
        return try rows.map { (try $0.decode("line"), try $0.decode("bytes")) }
    }

    func results(_ claim: Claim, lines: [Int]) async throws -> [ResultLine] {
        let rows = try await pool.query(
            """
            SELECT line, custom_id, attempts, status, answer, error_code, error_message FROM gateway.batch_lines
            WHERE tenant_id = \(claim.scope.tenant.uuid) AND batch_id = \(claim.id.uuid)
                AND line = ANY (\(lines.map { Int32($0) }))
            ORDER BY line
            """, in: claim.scope)
        return try rows.map { row in
            let outcome: ResultLine.Outcome
            if let status = try row.decode("status", as: Int?.self) {
                outcome = .answered(
                    status: status, body: try row.decode("answer", as: [UInt8]?.self) ?? Array("{}".utf8))
            } else {
                outcome = .notRun(
                    code: try row.decode("error_code", as: String?.self) ?? "internal_error",
                    message: try row.decode("error_message", as: String?.self) ?? "")
            }
            return ResultLine(
                batch: claim.id, line: try row.decode("line"), attempt: try row.decode("attempts"),
                customID: try row.decode("custom_id"), outcome: outcome)
        }
    }

    /// Begins a file of results, and forgets what a worker that died wrote into it.
    func beginResults(_ file: FileID, name: String, expires: Date, _ claim: Claim) async throws {
        _ = try await pool.pipeline(
            [
                """
                WITH \(fragment: Self.owner(claim))
                DELETE FROM gateway.files f USING owner
                WHERE f.tenant_id = \(claim.scope.tenant.uuid) AND f.id = \(file.uuid) AND NOT f.is_ready
                """,
                """
                WITH \(fragment: Self.owner(claim))
                INSERT INTO gateway.files (tenant_id, id, name, purpose, expires_at)
                SELECT \(claim.scope.tenant.uuid), \(file.uuid), \(name), 'batch_output', \(expires) FROM owner
                """,
            ], in: claim.scope)
    }

    /// - Returns: False when the batch is no longer ours.
    func append(_ piece: [UInt8], at position: Int, to file: FileID, _ claim: Claim) async throws -> Bool {
        let result = try await pool.query(
            """
            WITH \(fragment: Self.owner(claim)), grown AS (
                UPDATE gateway.files f SET bytes = f.bytes + \(Int64(piece.count)), written_at = now() FROM owner
                WHERE f.tenant_id = \(claim.scope.tenant.uuid) AND f.id = \(file.uuid) AND NOT f.is_ready
                RETURNING f.id
            )
            INSERT INTO gateway.file_chunks (tenant_id, file_id, position, content)
            SELECT \(claim.scope.tenant.uuid), grown.id, \(Int32(position)), \(piece) FROM grown
            """, in: claim.scope)
        return result.affectedRows == 1
    }

    /// The end: the files are there, the batch names them, and the lines are no longer needed.
    func end(_ claim: Claim, as status: BatchStatus, output: FileID?, errors: FileID?) async throws {
        let at = Self.time(of: status)
        _ = try await pool.pipeline(
            [
                """
                WITH \(fragment: Self.owner(claim))
                UPDATE gateway.files f SET is_ready = true FROM owner
                WHERE f.tenant_id = \(claim.scope.tenant.uuid)
                    AND f.id = ANY (\([output, errors].compactMap { $0?.uuid }))
                """,
                """
                WITH \(fragment: Self.owner(claim))
                DELETE FROM gateway.batch_lines l USING owner WHERE \(fragment: Self.linesOfOwner(claim))
                """,
                """
                UPDATE gateway.batches SET status = \(status.rawValue), \(fragment: at) = COALESCE(\(fragment: at), now()),
                    output_file_id = \(output?.uuid), error_file_id = \(errors?.uuid), is_held = false,
                    available_at = now()
                WHERE \(fragment: Self.isOurs(claim))
                """,
            ], in: claim.scope)
    }

    private static func time(of ending: BatchStatus) -> SQL {
        switch ending {
        case .expired: "expired_at"
        case .cancelled: "cancelled_at"
        default: "completed_at"
        }
    }

    // MARK: All tenants

    /// Removes what nobody may read any more. Returns how many files and batches.
    func sweep(retentionSeconds: Int64, limit: Int) async throws -> Int {
        let rows = try await pool.query(
            "SELECT gateway.sweep_batches(\(Double(retentionSeconds)), \(Int32(limit))) AS swept")
        return try rows.first?.decode("swept", as: Int.self) ?? 0
    }

    /// Batches that wait for a worker, and that have one.
    func statistics() async throws -> (waiting: Int64, held: Int64) {
        guard let row = try await pool.query("SELECT * FROM gateway.batch_statistics()").first else { return (0, 0) }
        return (try row.decode("waiting"), try row.decode("held"))
    }
}
