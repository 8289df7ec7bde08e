package import Contracts
import Cryptography
import Foundation
package import Postgres
package import ServiceKit

/// Each tenant's log: records go in once each, in the order in which they arrive, and never change.
///
/// A tenant's log grows under the lock of its row in `audit.logs`, so its writers, of all replicas, take turns. Every
/// transaction that lets it grow also signs it, so whatever is in the log is under a checkpoint.
package struct AuditLog: Sendable {
    /// How long a batch waits for its turn before it goes to the waiting room. An append takes some ten milliseconds.
    package static let lockTimeout: Duration = .seconds(2)
    /// Records that move from the waiting room in one transaction.
    static let waitingBatch = 1_000

    private let pool: PostgresPool
    private let signer: CheckpointSigner
    private let lockTimeoutMilliseconds: Int64

    package init(pool: PostgresPool, signer: CheckpointSigner, lockTimeout: Duration = AuditLog.lockTimeout) {
        self.pool = pool
        self.signer = signer
        lockTimeoutMilliseconds = Int64(lockTimeout / .milliseconds(1))
    }

    /// Makes the records durable: in the log, or, when it is locked for long, in the waiting room, from which the log
    /// takes them soon.
    ///
    /// - Parameter entries: All of the scope's tenant, each id once.
    /// - Returns: How many were new.
    package func append(_ entries: [LogEntry], from issuer: ServiceName, in scope: TenantScope) async throws -> Int {
        do {
            return try await grow(by: entries, from: issuer, in: scope)
        } catch let error as PostgresError where error.isLockNotAvailable {
            return try await park(entries, from: issuer, in: scope)
        }
    }

    /// Moves what waits into the log.
    ///
    /// - Returns: False while the log is locked.
    @discardableResult
    package func integrateWaiting(in scope: TenantScope) async throws -> Bool {
        do {
            _ = try await grow(by: [], from: .auditService, in: scope)
            return true
        } catch let error as PostgresError where error.isLockNotAvailable {
            return false
        }
    }

    /// Tenants, at most `limit`, that have records waiting.
    package func tenantsWaiting(limit: Int) async throws -> [StoredJob] {
        let rows = try await pool.query("SELECT tenant FROM audit.waiting_tenants(\(limit)::integer) AS tenant")
        return try rows.map { row in
            StoredJob(claimedRowOf: TenantID(try row.decode("tenant", as: UUID.self)), reference: "audit:waiting")
        }
    }

    private func park(_ entries: [LogEntry], from issuer: ServiceName, in scope: TenantScope) async throws -> Int {
        let rows = try await pool.query(
            """
            INSERT INTO audit.waiting (tenant_id, id, issuer, entry)
            SELECT \(scope.tenant.uuid), e.id, \(issuer.rawValue), convert_to(e.entry, 'UTF8')
            FROM unnest(\(entries.map(\.record.id.uuid)), \(entries.map(\.text))) AS e (id, entry)
            WHERE NOT EXISTS (
                SELECT FROM audit.records r WHERE r.tenant_id = \(scope.tenant.uuid) AND r.id = e.id)
            ON CONFLICT (tenant_id, id) DO NOTHING
            """, in: scope)
        return rows.affectedRows
    }

    // MARK: Growing

    private struct Arrival {
        var entry: LogEntry
        var issuer: String
        var receivedAt: Date
    }

    private func grow(by entries: [LogEntry], from issuer: ServiceName, in scope: TenantScope) async throws -> Int {
        try await pool.withTransaction(in: scope) { transaction in
            let state = try await lock(entries, in: scope, transaction)
            let waiting = try state.waiting.map(Self.arrival)
            let known = state.known.union(waiting.map(\.entry.record.id.uuid))
            let now = Date()
            let fresh = entries.filter { !known.contains($0.record.id.uuid) }
                .map { Arrival(entry: $0, issuer: issuer.rawValue, receivedAt: now) }
            // What waits came first. Some of it may be in the log already, when its sender sent it again.
            let arrivals = waiting.filter { !state.known.contains($0.entry.record.id.uuid) } + fresh
            if !arrivals.isEmpty { try await write(arrivals, onto: state.frontier, in: scope, transaction) }
            if !waiting.isEmpty {
                _ = try await transaction.query(
                    """
                    SELECT audit.release_waiting(
                        \(scope.tenant.uuid), \(waiting.map(\.entry.record.id.uuid)))
                    """)
            }
            return fresh.count
        }
    }

    private struct LockedState {
        var frontier: MerkleFrontier
        /// Which of the ids, of the batch and of the waiting room, are in the log.
        var known: Set<UUID>
        var waiting: PostgresResult
    }

    private func lock(
        _ entries: [LogEntry], in scope: TenantScope, _ transaction: PostgresTransaction
    ) async throws -> LockedState {
        let tenant = scope.tenant.uuid
        let results = try await transaction.pipeline([
            "SELECT set_config('lock_timeout', \("\(lockTimeoutMilliseconds)ms"), true)",
            """
            INSERT INTO audit.logs (tenant_id, size, frontier, checkpoint) VALUES (\(tenant), 0, '', '')
            ON CONFLICT (tenant_id) DO NOTHING
            """,
            "SELECT size, frontier, checkpoint FROM audit.logs WHERE tenant_id = \(tenant) FOR UPDATE",
            """
            SELECT id, issuer, received_at, entry FROM audit.waiting
            WHERE tenant_id = \(tenant) ORDER BY received_at, id LIMIT \(Self.waitingBatch)
            """,
        ])
        guard let row = results[2].first,
            let frontier = MerkleFrontier(size: try row.decode("size"), bytes: try row.decode("frontier"))
        else { throw LogError.brokenFrontier(scope.tenant) }
        if frontier.size > 0 {
            try signer.check(frontier, against: try row.decode("checkpoint"), of: scope.tenant)
        }
        let ids = try entries.map(\.record.id.uuid) + results[3].map { try $0.decode("id", as: UUID.self) }
        let known = try await transaction.query(
            "SELECT id FROM audit.records WHERE tenant_id = \(tenant) AND id = ANY (\(ids))")
        return LockedState(
            frontier: frontier, known: Set(try known.map { try $0.decode("id", as: UUID.self) }), waiting: results[3])
    }

    private static func arrival(_ row: PostgresRow) throws -> Arrival {
        Arrival(
            entry: try LogEntry(stored: try row.decode("entry", as: [UInt8].self)), issuer: try row.decode("issuer"),
            receivedAt: try row.decode("received_at"))
    }

    private func write(
        _ arrivals: [Arrival], onto frontier: MerkleFrontier, in scope: TenantScope,
        _ transaction: PostgresTransaction
    ) async throws {
        let growth = LogGrowth(of: frontier, by: arrivals.map(\.entry))
        let note = try signer.sign(growth.frontier, of: scope.tenant).description
        let tenant = scope.tenant.uuid
        let records = growth.entries.map(\.record)
        _ = try await transaction.pipeline([
            """
            INSERT INTO audit.records (
                tenant_id, leaf_index, id, occurred_at, received_at, issuer, action, actor, entry, leaf_hash)
            SELECT \(tenant), e.leaf_index, e.id, e.occurred_at, e.received_at, e.issuer, e.action, e.actor,
                convert_to(e.entry, 'UTF8'), decode(e.leaf_hash, 'hex')
            FROM unnest(
                \(records.indices.map { growth.firstIndex + Int64($0) }), \(records.map(\.id.uuid)),
                \(records.map(\.occurredAt)), \(arrivals.map(\.receivedAt)), \(arrivals.map(\.issuer)),
                \(records.map(\.action)), \(records.map(\.actor)), \(growth.entries.map(\.text)),
                \(growth.leafHashes.map(Hexadecimal.encode))
            ) AS e (leaf_index, id, occurred_at, received_at, issuer, action, actor, entry, leaf_hash)
            """,
            """
            INSERT INTO audit.nodes (tenant_id, level, node_index, hash)
            SELECT \(tenant), n.level, n.node_index, decode(n.hash, 'hex')
            FROM unnest(
                \(growth.nodes.map { Int16($0.node.level) }), \(growth.nodes.map(\.node.index)),
                \(growth.nodes.map { Hexadecimal.encode($0.hash) })
            ) AS n (level, node_index, hash)
            """,
            """
            UPDATE audit.logs SET size = \(growth.frontier.size), frontier = \(growth.frontier.bytes),
                checkpoint = \(note), signed_at = now()
            WHERE tenant_id = \(tenant)
            """,
        ])
    }
}

extension LogEntry {
    /// The bytes, which are JSON and so UTF-8 without a NUL.
    fileprivate var text: String { String(decoding: bytes, as: UTF8.self) }
}
