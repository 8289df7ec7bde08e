/// How earlier tickets are ranked: Okapi BM25 with the inverse document frequency that cannot turn negative, as Lucene
/// has it: `ln(1 + (N − n + 0.5) / (n + 0.5)) · tf · (k₁ + 1) / (tf + k₁ · (1 − b + b · length / averageLength))`.
enum TicketRanking {
    static let k1 = 1.2
    static let b = 0.75
    /// Long tickets carry logs and signatures; past the 48 rarest words, more of them changed no vote in our tests.
    static let maximumTerms = 48
}
