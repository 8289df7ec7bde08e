package import Foundation
package import Postgres

/// Compares the ledger's sums with its events, tenant by tenant.
package struct LedgerDrift: Sendable, Equatable {
    /// Tenants compared in one statement, so that none runs long.
    private static let pageSize = 100

    /// Tenants whose sums are wrong. Zero, always.
    package var tenants = 0
    /// How wrong, in pico-dollars, without regard to the sign.
    package var picoUSD: Int128 = 0

    /// Compares the rollups since the day before `now` with the events, and the months with the rollups.
    package static func measure(in pool: PostgresPool, now: Date) async throws -> LedgerDrift {
        let since = UTCDay(number: UTCDay(now).number - 1)
        var drift = LedgerDrift()
        var last = UUID(uuid: (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0))
        while true {
            let rows = try await pool.query(
                "SELECT * FROM billing.ledger_drift(\(last), \(since.description)::date, \(pageSize)::integer)")
            for row in rows {
                last = try row.decode("tenant")
                let wrong = try row.decodeInt128("rollup_drift").magnitude + row.decodeInt128("period_drift").magnitude
                if wrong > 0 { drift.tenants += 1 }
                drift.picoUSD += Int128(wrong)
            }
            if rows.count < pageSize { return drift }
        }
    }
}
