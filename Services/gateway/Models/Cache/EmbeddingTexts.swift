/// A request for embeddings taken apart: its texts, and all else that decides about a vector.
///
/// Texts and vectors stay as they are written; nothing is decoded and encoded again.
struct EmbeddingTexts: Sendable, Equatable {
    /// The JSON of each text, or of its token ids.
    let items: [[UInt8]]
    /// Token ids instead of texts; the two cannot share a request.
    let areTokens: Bool
    /// The canonical request without its texts and without what has no effect: model, dimensions, encoding, and all
    /// members that are not known here.
    let variant: [UInt8]

    private static let leftOut = ["input"] + CacheKey.withoutEffect

    /// Nil when `input` is absent, empty or of no known shape: such a request is the provider's to answer.
    ///
    /// - Throws: When the body is not a JSON object.
    init?(_ body: [UInt8]) throws(JSONSyntaxError) {
        let document = JSONDocument(body)
        var input: JSONDocument.Value?
        try document.scan { key, value in
            if key.matches("input") { input = value }
        }
        guard let input, let (items, areTokens) = try Self.items(of: input, in: body), !items.isEmpty else {
            return nil
        }
        self.items = items
        self.areTokens = areTokens
        var variant: [UInt8] = []
        try CanonicalJSON.append(body, leavingOut: Self.leftOut, to: &variant)
        self.variant = variant
    }

    /// A request of the same variant for other texts.
    static func body(variant: [UInt8], items: [[UInt8]]) -> [UInt8] {
        var body: [UInt8] = []
        body.reserveCapacity(variant.count + items.reduce(16) { $0 + $1.count + 1 })
        body.append(contentsOf: variant.dropLast())
        if variant.count > 2 { body.append(UInt8(ascii: ",")) }
        body += Array("\"input\":[".utf8)
        for (index, item) in items.enumerated() {
            if index > 0 { body.append(UInt8(ascii: ",")) }
            body += item
        }
        body += Array("]}".utf8)
        return body
    }

    private static func items(
        of input: JSONDocument.Value, in body: [UInt8]
    ) throws(JSONSyntaxError) -> (items: [[UInt8]], areTokens: Bool)? {
        switch input.kind {
        case .string: return ([Array(body[input.range])], false)
        case .array: break
        default: return nil
        }
        var cursor = JSONCursor(body, at: input.range.lowerBound)
        var elements: [[UInt8]] = []
        var kinds: [JSONCursor.Kind] = []
        try cursor.forEachElement { (cursor) throws(JSONSyntaxError) in
            let start = cursor.position
            kinds.append(try cursor.skipValue())
            elements.append(Array(body[start..<cursor.position]))
        }
        guard let kind = kinds.first, kinds.allSatisfy({ $0 == kind }) else { return nil }
        switch kind {
        case .string: return (elements, false)
        case .array: return (elements, true)
        case .number: return ([Array(body[input.range])], true)
        default: return nil
        }
    }
}
