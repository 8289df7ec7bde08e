package import Postgres

/// Records that were accepted but are not yet under a signed checkpoint.
package struct WaitingState: Sendable, Equatable {
    package var records: Int
    /// How long the oldest has waited.
    package var oldestSeconds: Double

    package static func measure(in pool: PostgresPool) async throws -> WaitingState {
        let rows = try await pool.query("SELECT records, oldest_seconds FROM audit.waiting_state()")
        guard let row = rows.first else { return WaitingState(records: 0, oldestSeconds: 0) }
        return WaitingState(records: try row.decode("records"), oldestSeconds: try row.decode("oldest_seconds"))
    }
}
