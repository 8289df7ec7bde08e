import HTTPTypes

/// What a request says of the cache: `Cache-Control: no-cache` asks for a new answer, which is then kept, and
/// `no-store` for no part in it at all (RFC 9111 §5.2.1).
enum CacheDirective: Sendable, Equatable {
    case use, refresh, bypass

    init(_ fields: HTTPFields) {
        guard let text = fields[.cacheControl] else {
            self = .use
            return
        }
        let words = text.split(separator: ",").map { word in
            String(word.drop(while: \.isWhitespace).prefix { !$0.isWhitespace && $0 != "=" }).lowercased()
        }
        if words.contains("no-store") {
            self = .bypass
        } else {
            self = words.contains("no-cache") ? .refresh : .use
        }
    }
}

/// What the cache had to do with an answer, as its header `X-Asterism-Cache` says.
enum CacheResult: String, Sendable {
    case hit
    /// Some of the texts of a request for embeddings.
    case partial
    /// The answer to a question that is alike; `X-Asterism-Similarity` says how much.
    case semantic
    case miss, bypass

    private static let field = HTTPField.Name("X-Asterism-Cache")
    private static let similarityField = HTTPField.Name("X-Asterism-Similarity")

    /// Writes `X-Asterism-Cache`, and for an answer that was kept its `Age` in whole seconds.
    ///
    /// - Parameter similarity: From 0 to 1, for an answer by likeness.
    func write(to fields: inout HTTPFields, ageSeconds: Int64? = nil, similarity: Similarity? = nil) {
        if let field = Self.field { fields[field] = rawValue }
        if let field = Self.similarityField, let similarity { fields[field] = similarity.text }
        if self == .hit || self == .semantic, let ageSeconds { fields[.age] = String(max(0, ageSeconds)) }
    }
}
