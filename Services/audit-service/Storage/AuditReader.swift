package import Contracts
import Cryptography
import Foundation
package import Postgres
package import ServiceKit

/// What a tenant reads of its log: records, checkpoints and proofs.
package struct AuditReader: Sendable {
    private let pool: PostgresPool
    private let signer: CheckpointSigner

    package init(pool: PostgresPool, signer: CheckpointSigner) {
        self.pool = pool
        self.signer = signer
    }

    // MARK: Records

    /// Records that match, the newest in the log first, from below `index` on.
    package func records(
        matching filter: RecordFilter, below index: Int64?, limit: Int, of scope: TenantScope
    ) async throws -> [LoggedAuditEvent] {
        let rows = try await pool.query(
            """
            SELECT leaf_index, received_at, entry, leaf_hash FROM audit.records
            WHERE tenant_id = \(scope.tenant.uuid) AND leaf_index < \(index ?? .max)
                AND (\(filter.action as String?)::text IS NULL OR action = \(filter.action as String?))
                AND (\(filter.actor as String?)::text IS NULL OR actor = \(filter.actor as String?))
                AND occurred_at >= \(filter.from ?? .distantPast) AND occurred_at < \(filter.to ?? .distantFuture)
            ORDER BY leaf_index DESC LIMIT \(limit)
            """, in: scope)
        return try rows.map(Self.event)
    }

    /// Nil for an id that is not in the tenant's log.
    package func record(_ id: AuditEventID, of scope: TenantScope) async throws -> LoggedAuditEvent? {
        let rows = try await pool.query(Self.record(id, of: scope), in: scope)
        return try rows.first.map(Self.event)
    }

    private static func record(_ id: AuditEventID, of scope: TenantScope) -> SQL {
        """
        SELECT leaf_index, received_at, entry, leaf_hash FROM audit.records
        WHERE tenant_id = \(scope.tenant.uuid) AND id = \(id.uuid)
        """
    }

    private static func event(_ row: PostgresRow) throws -> LoggedAuditEvent {
        LoggedAuditEvent(
            record: try LogEntry(stored: try row.decode("entry", as: [UInt8].self)).record,
            leafIndex: try row.decode("leaf_index"),
            leafHash: Hexadecimal.encode(try row.decode("leaf_hash", as: [UInt8].self)),
            receivedAt: try row.decode("received_at"))
    }

    // MARK: Checkpoints and proofs

    /// The newest checkpoint; of a log without records, that of the empty tree.
    package func checkpoint(of scope: TenantScope) async throws -> (checkpoint: Checkpoint, note: String) {
        let rows = try await pool.query(Self.newestNote(of: scope), in: scope)
        return try checkpoint(rows, of: scope)
    }

    /// Proof that a record is in the log, under the newest checkpoint. Nil for an id that is not in the tenant's log.
    ///
    /// A proof is verified before it is given out: a broken database is an error here, not at the auditor's.
    package func proof(of id: AuditEventID, in scope: TenantScope) async throws -> AuditProof? {
        // The record first: a checkpoint that is read later covers it.
        let results = try await pool.pipeline([Self.record(id, of: scope), Self.newestNote(of: scope)], in: scope)
        guard let row = results[0].first else { return nil }
        let (checkpoint, note) = try checkpoint(results[1], of: scope)
        let index = try row.decode("leaf_index", as: Int64.self)
        guard let ranges = InclusionProof.ranges(index: index, size: checkpoint.size) else {
            throw LogError.brokenTree(scope.tenant)
        }
        let hashes = try await hashes(of: ranges, in: scope)
        let proof = AuditProof(
            entry: Base64.encode(try row.decode("entry", as: [UInt8].self)),
            leafHash: Hexadecimal.encode(try row.decode("leaf_hash", as: [UInt8].self)), leafIndex: index,
            treeSize: checkpoint.size, hashes: hashes.map(Hexadecimal.encode), checkpoint: note)
        do {
            _ = try ProofVerifier.verify(proof, key: try signer.verifierKey(of: scope.tenant))
        } catch is ProofFailure {
            throw LogError.brokenTree(scope.tenant)
        }
        return proof
    }

    /// Proof that the log of size `later` begins with that of size `earlier`; nil unless `0 ≤ earlier ≤ later ≤` the
    /// present size. Without `later` it is the present size.
    package func consistency(
        from earlier: Int64, to later: Int64?, in scope: TenantScope
    ) async throws -> AuditConsistencyProof? {
        let (checkpoint, note) = try await checkpoint(of: scope)
        let later = later ?? checkpoint.size
        guard later <= checkpoint.size, let ranges = ConsistencyProof.ranges(from: earlier, to: later) else {
            return nil
        }
        let hashes = try await hashes(of: ranges, in: scope)
        let (fromRoot, toRoot) = (try await root(earlier, in: scope), try await root(later, in: scope))
        guard ConsistencyProof.holds(from: earlier, root: fromRoot, to: later, root: toRoot, hashes: hashes) else {
            throw LogError.brokenTree(scope.tenant)
        }
        return AuditConsistencyProof(
            from: earlier, to: later, fromRoot: Hexadecimal.encode(fromRoot), toRoot: Hexadecimal.encode(toRoot),
            hashes: hashes.map(Hexadecimal.encode), checkpoint: note)
    }

    private func root(_ size: Int64, in scope: TenantScope) async throws -> [UInt8] {
        guard size > 0 else { return MerkleHash.empty }
        return try await hashes(of: [MerkleRange(0, size)], in: scope).first ?? MerkleHash.empty
    }

    private func checkpoint(
        _ rows: PostgresResult, of scope: TenantScope
    ) throws -> (checkpoint: Checkpoint, note: String) {
        if let stored = try rows.first?.decode("checkpoint", as: String.self) {
            return try signer.current(stored, of: scope.tenant)
        }
        let note = try signer.sign(MerkleFrontier(), of: scope.tenant).description
        return (try signer.checkpoint(in: note, of: scope.tenant), note)
    }

    private static func newestNote(of scope: TenantScope) -> SQL {
        "SELECT checkpoint FROM audit.logs WHERE tenant_id = \(scope.tenant.uuid) AND size > 0"
    }

    /// One hash for each range: at most 63 nodes each, all read by their keys in one statement.
    private func hashes(of ranges: [MerkleRange], in scope: TenantScope) async throws -> [[UInt8]] {
        let nodes = ranges.flatMap(\.nodes)
        guard !nodes.isEmpty else { return [] }
        let inner = nodes.filter { $0.level > 0 }
        let rows = try await pool.query(
            """
            SELECT 0::smallint AS level, leaf_index AS node_index, leaf_hash AS hash FROM audit.records
            WHERE tenant_id = \(scope.tenant.uuid)
                AND leaf_index = ANY (\(nodes.filter { $0.level == 0 }.map(\.index)))
            UNION ALL
            SELECT n.level, n.node_index, n.hash FROM audit.nodes n
            JOIN unnest(\(inner.map { Int16($0.level) }), \(inner.map(\.index))) AS w (level, node_index)
                ON n.level = w.level AND n.node_index = w.node_index
            WHERE n.tenant_id = \(scope.tenant.uuid)
            """, in: scope)
        var found: [MerkleNode: [UInt8]] = [:]
        for row in rows {
            let node = MerkleNode(
                level: Int(try row.decode("level", as: Int16.self)), index: try row.decode("node_index"))
            found[node] = try row.decode("hash")
        }
        return try ranges.map { range in
            guard let hash = range.hash(from: found) else { throw LogError.missingNodes(scope.tenant) }
            return hash
        }
    }
}
