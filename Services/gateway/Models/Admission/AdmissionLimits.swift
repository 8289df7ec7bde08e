import Contracts

/// How much a tenant may send to models: as a whole, through each of its keys, and for each of its users.
///
/// Nil is no limit. Limits below one count as one: who wants to let nobody in suspends the tenant.
struct AdmissionLimits: Sendable, Equatable {
    /// The limits on one subject.
    struct Level: Sendable, Equatable {
        let requestsPerMinute: Int64?
        let tokensPerMinute: Int64?
        /// Calls under way at a time.
        let concurrency: Int64?

        static let unlimited = Level()

        init(requestsPerMinute: Int? = nil, tokensPerMinute: Int64? = nil, concurrency: Int? = nil) {
            self.requestsPerMinute = requestsPerMinute.map { Self.bounded(Int64($0)) }
            self.tokensPerMinute = tokensPerMinute.map(Self.bounded)
            self.concurrency = concurrency.map { Self.bounded(Int64($0)) }
        }

        init(_ rates: TenantConfiguration.Rates) {
            self.init(
                requestsPerMinute: rates.requestsPerMinute, tokensPerMinute: rates.tokensPerMinute,
                concurrency: rates.concurrency)
        }

        var isUnlimited: Bool { requestsPerMinute == nil && tokensPerMinute == nil && concurrency == nil }

        private static func bounded(_ limit: Int64) -> Int64 {
            min(max(limit, 1), MinuteBucket.maximumRate)
        }
    }

    let tenant: Level
    let perKey: Level
    let perUser: Level
    /// In thousandths: of all limits of the tenant and of its keys, what only calls of priority 1 may take. A user's limits have no reserve: they stand between persons, not between tickets.
    let reservedPerMille: Int64
    /// Asked first for every call; known in advance so that a tenant without limits pays nothing.
    let isUnlimited: Bool

    static let unlimited = AdmissionLimits()

    /// - Parameter reservedForPriority1: A share from 0 to 1. At 1 nothing but calls of priority 1 is let in.
    init(
        requestsPerMinute: Int? = nil, tokensPerMinute: Int64? = nil, concurrency: Int? = nil,
        perKey: Level = .unlimited, perUser: Level = .unlimited, reservedForPriority1: Double = 0
    ) {
        tenant = Level(
            requestsPerMinute: requestsPerMinute, tokensPerMinute: tokensPerMinute, concurrency: concurrency)
        self.perKey = perKey
        self.perUser = perUser
        let share = reservedForPriority1.isNaN ? 0 : min(max(reservedForPriority1, 0), 1)
        reservedPerMille = Int64((share * 1_000).rounded())
        isUnlimited = tenant.isUnlimited && perKey.isUnlimited && perUser.isUnlimited
    }

    /// As the tenant is configured. Its own rate of requests is not among them: that counts every request, not only
    /// those to models, and is kept where requests are let in.
    init(_ limits: TenantConfiguration.Limits) {
        self.init(
            tokensPerMinute: limits.tokensPerMinute, concurrency: limits.concurrency, perKey: Level(limits.perKey),
            perUser: Level(limits.perUser), reservedForPriority1: limits.reservedForPriority1)
    }

    subscript(_ subject: AdmissionSubject) -> Level {
        switch subject {
        case .tenant: tenant
        case .key: perKey
        case .user: perUser
        }
    }

    /// The part of `amount` that only calls of priority 1 may take, rounded down: a limit of one is for everybody.
    func reserve(of amount: Int64, for subject: AdmissionSubject) -> Int64 {
        guard subject != .user, reservedPerMille > 0 else { return 0 }
        let (whole, rest) = amount.quotientAndRemainder(dividingBy: 1_000)
        return whole * reservedPerMille + rest * reservedPerMille / 1_000
    }
}

/// Whom a limit bounds.
enum AdmissionSubject: String, Sendable, CaseIterable {
    case tenant, key, user
}
