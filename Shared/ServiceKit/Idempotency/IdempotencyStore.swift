import Contracts
import Foundation
package import Postgres

/// Which keys were used by whom, and what was answered. One table in the service's own schema.
package struct IdempotencyStore: Sendable {
    /// How long an answer is kept, and a key stands for its first request.
    package static let lifetimeHours: Int32 = 24
    /// A claim older than this is one whose process died; the next request with the key takes it over. Longer than any
    /// request may take.
    static let staleMinutes: Int32 = 5
    /// Larger answers are not kept; the key is then free again.
    static let maximumBodyBytes = 1 << 20

    struct StoredAnswer: Sendable, Equatable {
        var status: Int
        var contentType: String?
        var body: [UInt8]
    }

    enum Claim: Sendable, Equatable {
        /// Ours: do the work, then `complete` or `release`.
        case granted(UUID)
        case answered(StoredAnswer)
        case inFlight
        case usedForAnotherRequest
    }

    private let pool: PostgresPool
    private let table: SQL
    private let purgeFunction: SQL

    /// - Parameter schema: The service's schema, with `IdempotencyMigration` applied.
    package init(pool: PostgresPool, schema: String) {
        self.pool = pool
        table = "\(identifier: schema).idempotency_keys"
        purgeFunction = "\(identifier: schema).purge_idempotency_keys"
    }

    func claim(_ key: String, fingerprint: [UInt8], scope: TenantScope) async throws -> Claim {
        let claim = UUID()
        let results = try await pool.pipeline(
            [
                """
                INSERT INTO \(fragment: table) AS k (tenant_id, key, fingerprint, claim)
                VALUES (\(scope.tenant.uuid), \(key), \(fingerprint), \(claim))
                ON CONFLICT (tenant_id, key) DO UPDATE SET
                    fingerprint = excluded.fingerprint, claim = excluded.claim, locked_at = now(), created_at = now(),
                    status = NULL, content_type = NULL, body = NULL
                WHERE k.created_at < now() - make_interval(hours => \(Self.lifetimeHours))
                   OR (k.status IS NULL AND k.fingerprint = excluded.fingerprint
                       AND k.locked_at < now() - make_interval(mins => \(Self.staleMinutes)))
                RETURNING claim
                """,
                """
                SELECT fingerprint, status, content_type, body FROM \(fragment: table)
                WHERE tenant_id = \(scope.tenant.uuid) AND key = \(key)
                """,
            ], in: scope)
        if results.first?.isEmpty == false { return .granted(claim) }
        // Between the two statements nothing can vanish but by a release, after which the client may try again.
        guard let row = results.last?.first else { return .inFlight }
        return try Self.read(row, fingerprint: fingerprint)
    }

    private static func read(_ row: PostgresRow, fingerprint: [UInt8]) throws -> Claim {
        guard try row.decode("fingerprint", as: [UInt8].self) == fingerprint else { return .usedForAnotherRequest }
        guard let status = try row.decode("status", as: Int?.self) else { return .inFlight }
        return .answered(
            StoredAnswer(
                status: status, contentType: try row.decode("content_type", as: String?.self),
                body: try row.decode("body", as: [UInt8]?.self) ?? []))
    }

    func complete(_ key: String, claim: UUID, answer: StoredAnswer, scope: TenantScope) async throws {
        _ = try await pool.query(
            """
            UPDATE \(fragment: table)
            SET status = \(answer.status), content_type = \(answer.contentType as String?), body = \(answer.body)
            WHERE tenant_id = \(scope.tenant.uuid) AND key = \(key) AND claim = \(claim)
            """, in: scope)
    }

    func release(_ key: String, claim: UUID, scope: TenantScope) async throws {
        _ = try await pool.query(
            """
            DELETE FROM \(fragment: table)
            WHERE tenant_id = \(scope.tenant.uuid) AND key = \(key) AND claim = \(claim) AND status IS NULL
            """, in: scope)
    }

    /// Deletes keys past their lifetime, of all tenants, in batches until there are none.
    package func purge() async throws {
        let batch: Int32 = 1_000
        while true {
            let result = try await pool.query(
                """
                SELECT \(fragment: purgeFunction)(make_interval(hours => \(Self.lifetimeHours)), \(batch)) AS gone
                """)
            guard let row = result.first, try row.decode("gone", as: Int32.self) == batch else { return }
        }
    }

    /// For `ServiceParts.addBackground`: purges every ten minutes.
    package func purgeForever() async throws {
        while true {
            try await purge()
            try await Task.sleep(for: .seconds(600))
        }
    }
}
