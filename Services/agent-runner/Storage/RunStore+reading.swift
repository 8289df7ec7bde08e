import Contracts
import Foundation
import Postgres
import ServiceKit

extension RunStore {
    /// A run just claimed, with what earlier attempts recorded. Nil when it was lost again meanwhile.
    func load(_ id: RunID, epoch: Int64, in scope: TenantScope) async throws -> ClaimedRun? {
        let results = try await pool.pipeline(
            [
                """
                SELECT workflow, version, attempts, input, actor, request_id FROM agents.runs
                WHERE tenant_id = \(scope.tenant.uuid) AND id = \(id.uuid) AND epoch = \(epoch) AND status = 'running'
                """,
                "SELECT path, output FROM agents.run_steps WHERE tenant_id = \(scope.tenant.uuid) AND run_id = \(id.uuid)",
            ], in: scope)
        guard let row = results[0].first else { return nil }
        let steps = try results[1].map { step in
            (try step.decode("path", as: String.self), try step.decode("output", as: [UInt8].self))
        }
        return ClaimedRun(
            id: id, scope: scope, epoch: epoch, workflow: try row.decode("workflow", as: String.self),
            version: Int(try row.decode("version", as: Int32.self)),
            attempt: Int(try row.decode("attempts", as: Int32.self)), input: try row.decode("input", as: [UInt8].self),
            actor: try row.decode("actor", as: String.self), requestID: try row.decode("request_id", as: String.self),
            steps: Dictionary(uniqueKeysWithValues: steps))
    }

    /// The run as the tenant sees it, with its output as JSON. Nil when the tenant has none of that id.
    func find(_ id: RunID, in scope: TenantScope) async throws -> (record: RunRecord, output: [UInt8]?)? {
        let results = try await pool.pipeline(
            [
                """
                SELECT id, workflow, version, status, attempts, error, created_at, finished_at, output FROM agents.runs
                WHERE tenant_id = \(scope.tenant.uuid) AND id = \(id.uuid)
                """,
                """
                SELECT path, attempt, recorded_at FROM agents.run_steps
                WHERE tenant_id = \(scope.tenant.uuid) AND run_id = \(id.uuid) ORDER BY recorded_at, path
                """,
            ], in: scope)
        guard let row = results[0].first else { return nil }
        let steps = try results[1].map { step in
            RunStepRecord(
                path: try step.decode("path", as: String.self),
                attempt: Int(try step.decode("attempt", as: Int32.self)),
                recordedAt: try step.decode("recorded_at", as: Date.self))
        }
        return (try Self.record(row, steps: steps), try row.decode("output", as: [UInt8]?.self))
    }

    /// Runs of the tenant, newest first, without their steps.
    /// - Parameter before: Only runs older than this one.
    func list(limit: Int, before: RunID?, in scope: TenantScope) async throws -> [RunRecord] {
        let rows = try await pool.query(
            """
            SELECT id, workflow, version, status, attempts, error, created_at, finished_at FROM agents.runs
            WHERE tenant_id = \(scope.tenant.uuid) AND (\(before?.uuid)::uuid IS NULL OR id < \(before?.uuid))
            ORDER BY id DESC LIMIT \(Int64(limit))
            """, in: scope)
        return try rows.map { try Self.record($0, steps: []) }
    }

    private static func record(_ row: PostgresRow, steps: [RunStepRecord]) throws -> RunRecord {
        let status = try row.decode("status", as: String.self)
        return RunRecord(
            id: RunID(try row.decode("id", as: UUID.self)), workflow: try row.decode("workflow", as: String.self),
            version: Int(try row.decode("version", as: Int32.self)), status: RunStatus(rawValue: status) ?? .failed,
            attempts: Int(try row.decode("attempts", as: Int32.self)),
            error: try row.decode("error", as: String?.self), createdAt: try row.decode("created_at", as: Date.self),
            finishedAt: try row.decode("finished_at", as: Date?.self), steps: steps)
    }
}
