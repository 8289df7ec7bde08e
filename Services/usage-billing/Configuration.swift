import Contracts
import ServiceKit

/// ## Configuration keys
/// - `LEASE_MAX_USD` (default `5`): the largest slice of a budget that one gateway gets at once, in USD, unless one
///   call needs more.
/// - `LEASE_LIFETIME` (default 10 s): how long new calls may be admitted on a lease.
/// - `DRIFT_INTERVAL` (default 60 s): how often the sums are compared with the events.
struct Configuration {
    /// Leases removed by one statement, short enough to hold no lock for long.
    static let sweepBatch = 5_000
    /// A lease that is of no use any more lies for a week; an hour more does not matter.
    static let sweepInterval: Duration = .seconds(3_600)

    let leaseTerms: LeaseTerms
    let driftInterval: Duration

    init(_ settings: Settings) throws {
        var terms = LeaseTerms()
        if let text = settings.optional("LEASE_MAX_USD") {
            guard let money = Money(text), money > .zero, let slice = Int64(exactly: money.picoUSD) else {
                throw SettingsError("LEASE_MAX_USD", "must be an amount such as 5 or 0.25")
            }
            terms.maximumSlice = slice
        }
        let lifetime = try settings.duration("LEASE_LIFETIME", default: .seconds(10), in: .seconds(1)...(.seconds(300)))
        terms.lifetime = lifetime / .seconds(1)
        leaseTerms = terms
        driftInterval = try settings.duration(
            "DRIFT_INTERVAL", default: .seconds(60), in: .seconds(1)...(.seconds(3_600)))
    }
}
