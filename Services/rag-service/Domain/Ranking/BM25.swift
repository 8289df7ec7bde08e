import Foundation

/// Okapi BM25 (Robertson and Zaragoza, "The Probabilistic Relevance Framework", 2009).
struct BM25: Sendable {
    /// How slowly the repetition of a term stops to count.
    var k1: Double
    /// How much a long text is held against it: 0 not at all, 1 in full.
    var b: Double

    /// The weight of a term that occurs in `frequency` of `total` texts. Never negative, so that a term that is
    /// everywhere does no harm (the form of Lucene).
    static func inverseDocumentFrequency(_ frequency: Int, of total: Int) -> Double {
        let frequency = Double(frequency)
        return log(1 + max(0, Double(total) - frequency + 0.5) / (frequency + 0.5))
    }

    /// The part of a score that one term gives, before its weight. `relativeLength` is the text's length divided by
    /// the mean.
    func saturation(_ frequency: Double, relativeLength: Double) -> Double {
        guard frequency > 0 else { return 0 }
        return frequency * (k1 + 1) / (frequency + k1 * (1 - b + b * relativeLength))
    }
}
