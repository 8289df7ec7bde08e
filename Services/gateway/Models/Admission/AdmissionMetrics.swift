import Observability

/// How many calls each limit has refused.
struct AdmissionMetrics: Sendable {
    private let refused: [String: ValueSeries]

    init(_ registry: MetricsRegistry) {
        var refused: [String: ValueSeries] = [:]
        for subject in AdmissionSubject.allCases {
            for limit in [AdmissionRefusal.Limit.requests(0), .tokens(0), .concurrency(0)] {
                refused[Self.name(subject, limit)] = registry.counter(
                    "gateway_admission_refused", help: "Model calls that a limit of admission refused.",
                    labels: ["subject": subject.rawValue, "limit": limit.name])
            }
        }
        self.refused = refused
    }

    func count(_ refusal: AdmissionRefusal) {
        refused[Self.name(refusal.subject, refusal.limit)]?.add()
    }

    private static func name(_ subject: AdmissionSubject, _ limit: AdmissionRefusal.Limit) -> String {
        "\(subject.rawValue).\(limit.name)"
    }
}
