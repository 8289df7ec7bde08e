import Contracts
import Foundation
import Observability
import ServiceKit
import Synchronization

/// Whether a call to a model may begin: requests and tokens a minute and calls at a time, by tenant, key and user.
///
/// The state is in the process, as that of `RequestRateLimiter`: no call waits for another machine, and N gateways admit
/// at most N times the limits between them. Money is bounded exactly and elsewhere, by leases.
final class ModelAdmission: Sendable {
    /// Calls of different tenants seldom meet at one lock.
    private static let shardCount = 16
    /// Tenants at work at once: 65,536 in all, as `RequestRateLimiter` keeps.
    private static let tenantsPerShard = 4_096

    private typealias Books = RecentTable<TenantID, AdmissionBook>

    private final class Shard: Sendable {
        let books = Mutex(Books(capacity: ModelAdmission.tenantsPerShard) { $0.inFlight > 0 })
    }

    private let shards = (0..<shardCount).map { _ in Shard() }
    private let epoch = ContinuousClock.now
    private let metrics: AdmissionMetrics

    init(metrics: MetricsRegistry = MetricsRegistry()) {
        self.metrics = AdmissionMetrics(metrics)
    }

    /// Lets the call in, or takes nothing.
    ///
    /// - Returns: The ticket to finish when the call has ended. When it is dropped instead, the place is given back and
    ///   the tokens count as used.
    /// - Throws: 429 naming the limit, with `Retry-After` and `RateLimit-*`.
    func admit(
        _ demand: AdmissionDemand, under limits: AdmissionLimits, at now: ContinuousClock.Instant
    ) throws(APIError) -> AdmissionTicket {
        guard !limits.isUnlimited else { return .unlimited }
        let time = microseconds(now)
        let refusal = shard(of: demand.tenant).books.withLock { books in
            books.update(demand.tenant, default: AdmissionBook(), at: time) { book in
                book.admit(demand, under: limits, at: time)
            }
        }
        if let refusal {
            metrics.count(refusal)
            throw refusal.error
        }
        return AdmissionTicket(AdmissionGrant(demand, limits, admission: self))
    }

    /// Called by a grant, once.
    fileprivate func finish(
        _ demand: AdmissionDemand, _ limits: AdmissionLimits, unused: Int64, at now: ContinuousClock.Instant
    ) {
        let time = microseconds(now)
        // A book in use is never forgotten, so it is there.
        shard(of: demand.tenant).books.withLock { books in
            _ = books.updateExisting(demand.tenant) {
                $0.finish(demand, under: limits, unused: unused, at: time)
            }
        }
    }

    /// For tests: what a subject's meter shows.
    func meter(
        of subject: AdmissionSubject, _ demand: AdmissionDemand, under limits: AdmissionLimits
    ) -> AdmissionMeter? {
        shard(of: demand.tenant).books.withLock { $0[demand.tenant]?.meter(of: subject, demand, limits) }
    }

    private func shard(of tenant: TenantID) -> Shard {
        // The last byte of an id is random.
        shards[Int(tenant.uuid.uuid.15) % Self.shardCount]
    }

    private func microseconds(_ now: ContinuousClock.Instant) -> Int64 {
        let (seconds, attoseconds) = epoch.duration(to: now).components
        return seconds * 1_000_000 + attoseconds / 1_000_000_000_000
    }
}

/// A call that was let in.
struct AdmissionTicket: Sendable {
    /// The ticket of a call that nothing limits.
    static let unlimited = AdmissionTicket(nil)

    private let grant: AdmissionGrant?

    fileprivate init(_ grant: AdmissionGrant?) {
        self.grant = grant
    }

    /// Gives the place back, and the tokens that were not used. Later calls do nothing.
    ///
    /// - Parameter usedTokens: Input and output together; zero when the call never reached a provider.
    func finish(usedTokens: Int64, at now: ContinuousClock.Instant = .now) {
        grant?.finish(usedTokens: usedTokens, at: now)
    }
}

/// Owned by the copies of one ticket: the end of the last one ends the call's place.
private final class AdmissionGrant: Sendable {
    private let demand: AdmissionDemand
    private let limits: AdmissionLimits
    private let admission: ModelAdmission
    private let isFinished = Atomic(false)

    init(_ demand: AdmissionDemand, _ limits: AdmissionLimits, admission: ModelAdmission) {
        self.demand = demand
        self.limits = limits
        self.admission = admission
    }

    func finish(usedTokens: Int64, at now: ContinuousClock.Instant) {
        guard !isFinished.exchange(true, ordering: .acquiringAndReleasing) else { return }
        let used = min(max(usedTokens, 0), MinuteBucket.maximumRate)
        admission.finish(demand, limits, unused: demand.tokens - used, at: now)
    }

    // Nobody said what was used: it counts as all that was asked for.
    deinit {
        finish(usedTokens: demand.tokens, at: .now)
    }
}
