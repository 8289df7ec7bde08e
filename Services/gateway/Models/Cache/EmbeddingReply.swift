/// What came back for some texts, and what that took.
struct EmbeddingReply: Sendable, Equatable {
    /// The JSON of the vector of each text, in their order; nil where none came.
    private(set) var vectors: [[UInt8]?]
    /// What was used for each text: by its share of the bytes of those it was sent with. They add up to what the provider
    /// counted.
    private(set) var tokens: [Int64]
    /// False when some of it is an estimate.
    private(set) var isExact: Bool
    /// Why vectors are missing; nil when none is.
    private(set) var failure: ProviderFailure?

    init(vectors: [[UInt8]?], tokens: [Int64], isExact: Bool, failure: ProviderFailure? = nil) {
        self.vectors = vectors
        self.tokens = tokens
        self.isExact = isExact
        self.failure = failure
    }

    /// Nothing has been sent yet.
    init(nothingFor items: [[UInt8]]) {
        self.init(
            vectors: Array(repeating: nil, count: items.count), tokens: Array(repeating: 0, count: items.count),
            isExact: true)
    }

    init(_ vectors: [[UInt8]], of items: [[UInt8]], used: TokenUsage, isExact: Bool) {
        self.init(vectors: vectors, tokens: Self.shares(of: used, among: items), isExact: isExact)
    }

    /// - Parameter used: What the provider counted nevertheless, or may have.
    init(_ failure: ProviderFailure, of items: [[UInt8]], used: TokenUsage, isExact: Bool) {
        self.init(
            vectors: Array(repeating: nil, count: items.count), tokens: Self.shares(of: used, among: items),
            isExact: isExact, failure: failure)
    }

    /// Takes over what came for the texts from `start` on.
    mutating func take(_ part: EmbeddingReply, at start: Int) {
        vectors.replaceSubrange(start..<(start + part.vectors.count), with: part.vectors)
        tokens.replaceSubrange(start..<(start + part.tokens.count), with: part.tokens)
        isExact = isExact && part.isExact
        failure = failure ?? part.failure
    }

    var usage: TokenUsage { TokenUsage(prompt: tokens.reduce(0, +), completion: 0) }

    private static func shares(of usage: TokenUsage, among items: [[UInt8]]) -> [Int64] {
        ShareOfTotal.split(usage.prompt, by: items.map(\.count))
    }
}
