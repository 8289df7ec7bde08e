/// How alike two questions are: the cosine of their embeddings.
struct Similarity: Sendable, Equatable {
    /// 1 at most.
    let value: Double

    init(_ value: Double) {
        self.value = min(value, 1)
    }

    /// With four digits, never more than it is: `0.9731`.
    var text: String {
        let tenThousandths = Int((value * 10_000).rounded(.down))
        let fraction = String(abs(tenThousandths) % 10_000)
        return (value < 0 ? "-" : "") + String(abs(tenThousandths) / 10_000) + "."
            + String(repeating: "0", count: 4 - fraction.count) + fraction
    }
}
