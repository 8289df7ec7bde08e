import Contracts
import Foundation
import Postgres
import ServiceKit

/// Files of tenants: what batches read and write, in pieces of `BatchLimits.chunkBytes`.
struct FileStore: Sendable {
    let pool: PostgresPool

    /// Begins a file that nobody sees until it is published.
    ///
    /// - Returns: False when the tenant has as many files as it may have.
    func begin(_ id: FileID, name: String, expires: Date, in scope: TenantScope) async throws -> Bool {
        let result = try await pool.query(
            """
            INSERT INTO gateway.files (tenant_id, id, name, purpose, expires_at)
            SELECT \(scope.tenant.uuid), \(id.uuid), \(name), 'batch', \(expires)
            WHERE (SELECT count(*) FROM gateway.files WHERE tenant_id = \(scope.tenant.uuid)) < \(BatchLimits.files)
            """, in: scope)
        return result.affectedRows == 1
    }

    /// Adds a piece to a file that was begun.
    ///
    /// - Parameter tenantBytes: The most that all files of the tenant may have. Two uploads at once may exceed it by a
    ///   piece each.
    /// - Returns: False when it would not fit.
    func append(
        _ piece: [UInt8], at position: Int, to id: FileID, tenantBytes: Int64, in scope: TenantScope
    ) async throws -> Bool {
        let result = try await pool.query(
            """
            WITH grown AS (
                UPDATE gateway.files SET bytes = bytes + \(Int64(piece.count)), written_at = now()
                WHERE tenant_id = \(scope.tenant.uuid) AND id = \(id.uuid) AND NOT is_ready
                    AND (SELECT COALESCE(sum(bytes), 0) FROM gateway.files WHERE tenant_id = \(scope.tenant.uuid))
                        + \(Int64(piece.count)) <= \(tenantBytes)
                RETURNING id
            )
            INSERT INTO gateway.file_chunks (tenant_id, file_id, position, content)
            SELECT \(scope.tenant.uuid), id, \(Int32(position)), \(piece) FROM grown
            """, in: scope)
        return result.affectedRows == 1
    }

    /// Makes a file visible.
    func publish(
        _ id: FileID, name: String, expires: Date, in scope: TenantScope
    ) async throws -> StoredFile? {
        let rows = try await pool.query(
            """
            UPDATE gateway.files SET is_ready = true, name = \(name), expires_at = \(expires)
            WHERE tenant_id = \(scope.tenant.uuid) AND id = \(id.uuid)
            RETURNING id, name, purpose, bytes, created_at, expires_at
            """, in: scope)
        return try rows.first.map { try StoredFile($0) }
    }

    /// Drops a file whose upload did not end well.
    func discard(_ id: FileID, in scope: TenantScope) async throws {
        _ = try await pool.query(
            "DELETE FROM gateway.files WHERE tenant_id = \(scope.tenant.uuid) AND id = \(id.uuid) AND NOT is_ready",
            in: scope)
    }

    func find(_ id: FileID, in scope: TenantScope) async throws -> StoredFile? {
        let rows = try await pool.query(
            """
            SELECT id, name, purpose, bytes, created_at, expires_at FROM gateway.files
            WHERE tenant_id = \(scope.tenant.uuid) AND id = \(id.uuid) AND is_ready AND expires_at > now()
            """, in: scope)
        return try rows.first.map { try StoredFile($0) }
    }

    /// Files by age, from beyond `after` on; nothing when there is no such file.
    func list(
        purpose: StoredFile.Purpose?, after: FileID?, limit: Int, oldestFirst: Bool, in scope: TenantScope
    ) async throws -> [StoredFile] {
        let beyond: SQL = oldestFirst ? ">" : "<"
        let order: SQL = oldestFirst ? "created_at, id" : "created_at DESC, id DESC"
        let rows = try await pool.query(
            """
            SELECT id, name, purpose, bytes, created_at, expires_at FROM gateway.files
            WHERE tenant_id = \(scope.tenant.uuid) AND is_ready AND expires_at > now()
                AND (\(purpose?.rawValue)::text IS NULL OR purpose = \(purpose?.rawValue))
                AND (\(after?.uuid)::uuid IS NULL OR (created_at, id) \(fragment: beyond) (
                    SELECT created_at, id FROM gateway.files
                    WHERE tenant_id = \(scope.tenant.uuid) AND id = \(after?.uuid)))
            ORDER BY \(fragment: order) LIMIT \(limit)
            """, in: scope)
        return try rows.map { try StoredFile($0) }
    }

    enum Deletion: Sendable {
        case deleted, missing
        /// A batch that is not at its end reads it.
        case inUse
    }

    func delete(_ id: FileID, in scope: TenantScope) async throws -> Deletion {
        try await pool.withTransaction(in: scope) { transaction in
            // The lock on the file's row keeps a batch from being created on it meanwhile.
            let results = try await transaction.pipeline([
                """
                SELECT FROM gateway.files
                WHERE tenant_id = \(scope.tenant.uuid) AND id = \(id.uuid) AND is_ready FOR UPDATE
                """,
                """
                SELECT FROM gateway.batches
                WHERE tenant_id = \(scope.tenant.uuid) AND input_file_id = \(id.uuid)
                    AND status IN ('validating', 'in_progress', 'finalizing', 'cancelling') LIMIT 1
                """,
            ])
            guard !results[0].isEmpty else { return .missing }
            guard results[1].isEmpty else { return .inUse }
            _ = try await transaction.query(
                "DELETE FROM gateway.files WHERE tenant_id = \(scope.tenant.uuid) AND id = \(id.uuid)")
            return .deleted
        }
    }

    /// Pieces of a file in their order, `count` at most. Empty at the end.
    func pieces(of id: FileID, from position: Int, count: Int, in scope: TenantScope) async throws -> [[UInt8]] {
        let rows = try await pool.query(
            """
            SELECT content FROM gateway.file_chunks
            WHERE tenant_id = \(scope.tenant.uuid) AND file_id = \(id.uuid)
                AND position >= \(Int32(position)) AND position < \(Int32(position + count))
            ORDER BY position
            """, in: scope)
        return try rows.map { try $0.decode("content") }
    }

    /// A part of an uploaded file, whose pieces are all of the full size but the last.
    func bytes(of id: FileID, at offset: Int64, length: Int, in scope: TenantScope) async throws -> [UInt8]? {
        let chunk = Int64(BatchLimits.chunkBytes)
        let first = offset / chunk
        let last = (offset + Int64(length) - 1) / chunk
        let pieces = try await pieces(
            of: id, from: Int(first), count: Int(last - first) + 1, in: scope
        ).joined()
        let start = Int(offset - first * chunk)
        let bytes = Array(pieces.dropFirst(start).prefix(length))
        return bytes.count == length ? bytes : nil
    }
}

extension StoredFile {
    init(_ row: PostgresRow) throws {
        let purpose = try row.decode("purpose", as: String.self)
        self.init(
            id: FileID(try row.decode("id", as: UUID.self)), name: try row.decode("name"),
            purpose: Purpose(rawValue: purpose) ?? .batch, bytes: try row.decode("bytes"),
            createdAt: try row.decode("created_at"), expiresAt: try row.decode("expires_at"))
    }
}
