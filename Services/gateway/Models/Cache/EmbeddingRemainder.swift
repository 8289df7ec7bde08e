/// What of a request for embeddings is kept, and what has to be sent: each missing text once, however often it stands in
/// the request.
struct EmbeddingRemainder: Sendable {
    /// For each text of the request; nil where nothing is kept.
    let kept: [EmbeddingCache.Vector?]
    /// The texts to send.
    let missing: [[UInt8]]
    /// For each text of the request that is missing: which one of `missing` it is.
    private let places: [Int?]

    init(of items: [[UInt8]], kept: [EmbeddingCache.Vector?]) {
        var missing: [[UInt8]] = []
        var known: [[UInt8]: Int] = [:]
        self.kept = kept
        places = zip(items, kept).map { item, vector in
            guard vector == nil else { return nil }
            if let place = known[item] { return place }
            known[item] = missing.count
            missing.append(item)
            return missing.count - 1
        }
        self.missing = missing
    }

    /// The vector of each text of the request, from what was kept and what came for `missing`; nil unless all are there.
    ///
    /// - Parameter came: One for each of `missing`.
    func vectors(_ came: [[UInt8]?]) -> [[UInt8]]? {
        let vectors = zip(kept, places).compactMap { vector, place in vector?.json ?? place.flatMap { came[$0] } }
        return vectors.count == kept.count ? vectors : nil
    }

    /// What need not be paid once more: texts that the request repeats.
    ///
    /// - Parameter worth: What each of `missing` took.
    func repeated(_ worth: [Int64]) -> Int64 {
        places.reduce(0) { $0 + ($1.map { worth[$0] } ?? 0) } - worth.reduce(0, +)
    }
}
