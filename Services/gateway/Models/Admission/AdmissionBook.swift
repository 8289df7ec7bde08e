import Contracts

/// The meters of one tenant: its own, and those of its keys and users.
struct AdmissionBook: Sendable {
    /// More keys than a tenant has at work on one gateway in a minute.
    private static let keyCapacity = 1_024
    /// More users than a tenant has at work on one gateway in a minute. Who makes up names beyond it forgets only its
    /// own users' meters.
    private static let userCapacity = 4_096

    private var tenant = AdmissionMeter()
    private var keys = RecentTable<APIKeyID, AdmissionMeter>(capacity: keyCapacity) { $0.inFlight > 0 }
    private var users = RecentTable<String, AdmissionMeter>(capacity: userCapacity) { $0.inFlight > 0 }
    /// Calls under way that some meter of this book counts.
    private(set) var inFlight: Int64 = 0

    /// Takes what the call asks for from all limits that bound it, or nothing from any.
    mutating func admit(
        _ demand: AdmissionDemand, under limits: AdmissionLimits, at now: Int64
    ) -> AdmissionRefusal? {
        var taken: [(AdmissionSubject, AdmissionMeter)?] = [nil, nil, nil]
        for (index, subject) in AdmissionSubject.allCases.enumerated() {
            guard var meter = meter(of: subject, demand, limits) else { continue }
            if let refusal = meter.refusal(of: demand, as: subject, under: limits, at: now) { return refusal }
            meter.take(demand, under: limits[subject])
            taken[index] = (subject, meter)
        }
        for case (let subject, let meter)? in taken { store(meter, of: subject, demand, at: now) }
        inFlight += 1
        return nil
    }

    /// The call has ended; `unused` tokens come back.
    mutating func finish(_ demand: AdmissionDemand, under limits: AdmissionLimits, unused: Int64, at now: Int64) {
        inFlight -= 1
        for subject in AdmissionSubject.allCases {
            guard var meter = meter(of: subject, demand, limits) else { continue }
            meter.giveBack(unused: unused, under: limits[subject], at: now)
            store(meter, of: subject, demand, at: now)
        }
    }

    /// Nil where nothing limits the subject, or the call has none of its kind.
    func meter(of subject: AdmissionSubject, _ demand: AdmissionDemand, _ limits: AdmissionLimits) -> AdmissionMeter? {
        guard !limits[subject].isUnlimited else { return nil }
        switch subject {
        case .tenant: return tenant
        case .key: return demand.key.map { keys[$0] ?? AdmissionMeter() }
        case .user: return demand.user.map { users[$0] ?? AdmissionMeter() }
        }
    }

    private mutating func store(
        _ meter: AdmissionMeter, of subject: AdmissionSubject, _ demand: AdmissionDemand, at now: Int64
    ) {
        switch subject {
        case .tenant: tenant = meter
        case .key: if let key = demand.key { keys.set(meter, for: key, at: now) }
        case .user: if let user = demand.user { users.set(meter, for: user, at: now) }
        }
    }
}
