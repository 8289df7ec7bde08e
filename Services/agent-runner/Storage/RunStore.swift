import Contracts
import Foundation
import Postgres
import ServiceKit

/// Durable runs and their steps.
struct RunStore: Sendable {
    let pool: PostgresPool
    /// Names this process among the workers; new at each start.
    let worker: String
    /// A worker that says nothing for this long has lost its runs. Three heartbeats fit in, so one that is merely slow
    /// keeps them; a run is taken up again well within 15 s of a crash.
    var leaseSeconds = 10.0

    // MARK: One tenant

    /// Stores a run that this worker holds from the start.
    func create(_ run: NewRun, in scope: TenantScope) async throws -> ClaimedRun {
        let id = RunID()
        _ = try await pool.query(
            """
            INSERT INTO agents.runs (tenant_id, id, workflow, version, status, input, actor, request_id, worker, epoch,
                attempts, due_at)
            VALUES (\(scope.tenant.uuid), \(id.uuid), \(run.workflow), \(run.version), 'running', \(run.input),
                \(run.actor), \(run.requestID), \(worker), 1, 1,
                now() + make_interval(secs => \(leaseSeconds)))
            """, in: scope)
        return ClaimedRun(
            id: id, scope: scope, epoch: 1, workflow: run.workflow, version: run.version, attempt: 1, input: run.input,
            actor: run.actor, requestID: run.requestID, steps: [:])
    }

    /// Records a step, if the lease still stands. Throws `RunFailure.leaseLost` when it does not, or when the step
    /// is recorded already, which only another holder of the run can have done.
    func record(step path: String, output: [UInt8], of run: ClaimedRun) async throws {
        let inserted = try await pool.query(
            """
            WITH held AS (
                SELECT tenant_id, id FROM agents.runs
                WHERE tenant_id = \(run.scope.tenant.uuid) AND id = \(run.id.uuid) AND epoch = \(run.epoch)
                    AND status = 'running'
                FOR UPDATE
            )
            INSERT INTO agents.run_steps (tenant_id, run_id, path, output, epoch, attempt)
            SELECT tenant_id, id, \(path), \(output), \(run.epoch), \(Int32(run.attempt)) FROM held
            ON CONFLICT DO NOTHING
            RETURNING path
            """, in: run.scope)
        guard !inserted.isEmpty else { throw RunFailure.leaseLost }
    }

    /// Ends a run for good, if the lease still stands.
    func finish(_ run: ClaimedRun, status: RunStatus, output: [UInt8]?, error: String?) async throws {
        let updated = try await pool.query(
            """
            UPDATE agents.runs SET status = \(status.rawValue), output = \(output), error = \(error),
                finished_at = now(), worker = NULL
            WHERE tenant_id = \(run.scope.tenant.uuid) AND id = \(run.id.uuid) AND epoch = \(run.epoch)
                AND status = 'running'
            RETURNING id
            """, in: run.scope)
        guard !updated.isEmpty else { throw RunFailure.leaseLost }
    }

    /// Gives a run back, to be taken up again after `delay`.
    func release(_ run: ClaimedRun, after delay: Duration) async throws {
        let seconds = Double(delay.components.seconds) + Double(delay.components.attoseconds) * 1e-18
        _ = try await pool.query(
            """
            UPDATE agents.runs SET worker = NULL, due_at = now() + make_interval(secs => \(seconds))
            WHERE tenant_id = \(run.scope.tenant.uuid) AND id = \(run.id.uuid) AND epoch = \(run.epoch)
                AND status = 'running'
            """, in: run.scope)
    }

    /// Ends a run that is under way. False when there is none of that id that still runs.
    func cancel(_ id: RunID, in scope: TenantScope) async throws -> Bool {
        let updated = try await pool.query(
            """
            UPDATE agents.runs SET status = 'cancelled', finished_at = now(), worker = NULL, epoch = epoch + 1
            WHERE tenant_id = \(scope.tenant.uuid) AND id = \(id.uuid) AND status = 'running'
            RETURNING id
            """, in: scope)
        return !updated.isEmpty
    }

    // MARK: Across tenants

    /// Takes runs that nobody holds, those that wait longest first.
    func claim(most: Int) async throws -> [(tenant: TenantID, id: RunID, epoch: Int64)] {
        let rows = try await pool.query(
            """
            SELECT tenant_id, id, epoch FROM agents.claim_runs(\(worker), \(Int32(most)), \(leaseSeconds))
            """)
        return try rows.map { row in
            (
                TenantID(try row.decode("tenant_id", as: UUID.self)), RunID(try row.decode("id", as: UUID.self)),
                try row.decode("epoch", as: Int64.self)
            )
        }
    }

    /// Keeps all runs of this worker for another lease. The number of them.
    @discardableResult
    func heartbeat() async throws -> Int64 {
        let rows = try await pool.query(
            "SELECT agents.extend_leases(\(worker), \(leaseSeconds)) AS extended")
        return try rows.first?.decode("extended", as: Int64.self) ?? 0
    }
}
