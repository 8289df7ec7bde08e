import Contracts
import Foundation
import Postgres
import ServiceKit

/// Batches as their tenants use them; what works on them is `BatchQueue`.
struct BatchStore: Sendable {
    let pool: PostgresPool

    /// What somebody asks for.
    struct Order: Sendable {
        let id: BatchID
        let endpoint: BatchEndpoint
        let inputFile: FileID
        let window: String
        let expires: Date
        let metadata: [String: String]?
    }

    enum Creation: Sendable {
        case created(ModelBatch)
        /// The tenant has no such file for a batch.
        case noFile
        case tooMany
    }

    func create(_ order: Order, by caller: Caller) async throws -> Creation {
        let scope = caller.scope
        let metadata = try order.metadata.map { String(decoding: try JSONEncoder().encode($0), as: UTF8.self) }
        return try await pool.withTransaction(in: scope) { transaction in
            // The lock holds against a deletion of the file at the same time.
            let results = try await transaction.pipeline([
                """
                SELECT FROM gateway.files WHERE tenant_id = \(scope.tenant.uuid) AND id = \(order.inputFile.uuid)
                    AND purpose = 'batch' AND is_ready AND expires_at > now() FOR SHARE
                """,
                """
                SELECT count(*) AS live FROM gateway.batches WHERE tenant_id = \(scope.tenant.uuid)
                    AND status IN ('validating', 'in_progress', 'finalizing', 'cancelling')
                """,
            ])
            guard !results[0].isEmpty else { return .noFile }
            guard try (results[1].first?.decode("live", as: Int.self) ?? 0) < BatchLimits.liveBatches else {
                return .tooMany
            }
            let rows = try await transaction.query(
                """
                INSERT INTO gateway.batches (tenant_id, id, input_file_id, endpoint, completion_window, metadata,
                    expires_at, actor, roles, api_key, user_label)
                VALUES (\(scope.tenant.uuid), \(order.id.uuid), \(order.inputFile.uuid), \(order.endpoint.rawValue),
                    \(order.window), \(metadata)::jsonb, \(order.expires), \(caller.actor),
                    \(caller.roles.map(\.rawValue).sorted()), \(caller.apiKey?.uuid), \(caller.user))
                RETURNING \(fragment: Self.columns)
                """)
            guard let row = rows.first else { throw APIError(.internalError, internalReason: "no batch was inserted") }
            return .created(try ModelBatch(row))
        }
    }

    func find(_ id: BatchID, in scope: TenantScope) async throws -> ModelBatch? {
        let rows = try await pool.query(
            """
            SELECT \(fragment: Self.columns) FROM gateway.batches
            WHERE tenant_id = \(scope.tenant.uuid) AND id = \(id.uuid)
            """, in: scope)
        return try rows.first.map { try ModelBatch($0) }
    }

    /// The newest first, from beyond `after` on; nothing when there is no such batch.
    func list(after: BatchID?, limit: Int, in scope: TenantScope) async throws -> [ModelBatch] {
        let rows = try await pool.query(
            """
            SELECT \(fragment: Self.columns) FROM gateway.batches
            WHERE tenant_id = \(scope.tenant.uuid)
                AND (\(after?.uuid)::uuid IS NULL OR (created_at, id) < (
                    SELECT created_at, id FROM gateway.batches
                    WHERE tenant_id = \(scope.tenant.uuid) AND id = \(after?.uuid)))
            ORDER BY created_at DESC, id DESC LIMIT \(limit)
            """, in: scope)
        return try rows.map { try ModelBatch($0) }
    }

    /// Stops new lines, at once. A worker writes the results of what has run and ends the batch.
    ///
    /// - Returns: The batch, whether or not it could be cancelled; nil when there is none.
    func cancel(_ id: BatchID, in scope: TenantScope) async throws -> ModelBatch? {
        _ = try await pool.query(
            """
            UPDATE gateway.batches SET status = 'cancelling', cancelling_at = now(),
                available_at = CASE WHEN is_held THEN available_at ELSE now() END
            WHERE tenant_id = \(scope.tenant.uuid) AND id = \(id.uuid) AND status IN ('validating', 'in_progress')
            """, in: scope)
        return try await find(id, in: scope)
    }

    static let columns: SQL = """
        id, input_file_id, output_file_id, error_file_id, endpoint, completion_window, metadata::text AS metadata,
        problems::text AS problems, status, total, completed, failed, created_at, expires_at, in_progress_at,
        finalizing_at, completed_at, failed_at, expired_at, cancelling_at, cancelled_at
        """
}

extension ModelBatch {
    init(_ row: PostgresRow) throws {
        func json<Value: Decodable>(_ column: String, as: Value.Type) throws -> Value? {
            try row.decode(column, as: String?.self).map { try JSONDecoder().decode(Value.self, from: Data($0.utf8)) }
        }
        let status = try row.decode("status", as: String.self)
        self.init(
            id: BatchID(try row.decode("id", as: UUID.self)), endpoint: try row.decode("endpoint"),
            inputFile: FileID(try row.decode("input_file_id", as: UUID.self)),
            status: BatchStatus(rawValue: status) ?? .failed, window: try row.decode("completion_window"),
            metadata: try json("metadata", as: [String: String].self),
            problems: try json("problems", as: [BatchProblem].self) ?? [],
            outputFile: try row.decode("output_file_id", as: UUID?.self).map { FileID($0) },
            errorFile: try row.decode("error_file_id", as: UUID?.self).map { FileID($0) },
            total: try row.decode("total"), completed: try row.decode("completed"), failed: try row.decode("failed"),
            times: try Times(row))
    }
}

extension ModelBatch.Times {
    fileprivate init(_ row: PostgresRow) throws {
        self.init(
            created: try row.decode("created_at"), expires: try row.decode("expires_at"),
            inProgress: try row.decode("in_progress_at", as: Date?.self),
            finalizing: try row.decode("finalizing_at", as: Date?.self),
            completed: try row.decode("completed_at", as: Date?.self),
            failed: try row.decode("failed_at", as: Date?.self), expired: try row.decode("expired_at", as: Date?.self),
            cancelling: try row.decode("cancelling_at", as: Date?.self),
            cancelled: try row.decode("cancelled_at", as: Date?.self))
    }
}
