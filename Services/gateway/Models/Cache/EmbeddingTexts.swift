/// A request for embeddings taken apart: its texts, and all else that decides about a vector.
///
/// Texts and vectors stay as they are written; nothing is decoded and encoded again.
struct EmbeddingTexts: Sendable, Equatable {
    /// The JSON of each text, or of its token ids.
    let items: [[UInt8]]
    /// Token ids instead of texts; the two cannot share a request.
    let areTokens: Bool
    /// The canonical request without its texts, its model and what has no effect: dimensions, encoding, and all members
    /// that are not known here. Which model answers is decided for each call; see `EmbeddingSpace`.
    let variant: [UInt8]
    /// Where `input` stands in the request.
    private let place: Range<Int>

    private static let leftOut = ["input", "model"] + CacheKey.withoutEffect

    /// Nil when `input` is absent, empty, of no known shape, or there twice: such a request is the provider's to answer.
    ///
    /// - Throws: When the body is not a JSON object.
    init?(_ body: [UInt8]) throws(JSONSyntaxError) {
        let document = JSONDocument(body)
        var inputs: [JSONDocument.Value] = []
        try document.scan { key, value in
            if key.matches("input") { inputs.append(value) }
        }
        guard inputs.count == 1, let (items, areTokens) = try Self.items(of: inputs[0], in: body), !items.isEmpty else {
            return nil
        }
        self.items = items
        self.areTokens = areTokens
        place = inputs[0].range
        var variant: [UInt8] = []
        try CanonicalJSON.append(body, leavingOut: Self.leftOut, to: &variant)
        self.variant = variant
    }

    /// The request itself, asking for other texts: every byte of the rest stays as it was.
    func body(of request: [UInt8], asking items: [[UInt8]]) -> [UInt8] {
        var edits = BodyEdits()
        edits.replace(place, with: Self.array(items))
        return edits.applied(to: request)
    }

    /// A request of the same variant for texts of several callers: nobody's `user` or `metadata` is in it.
    func sharedBody(model: String, asking items: [[UInt8]]) -> [UInt8] {
        var body = Array("{\"model\":".utf8)
        JSONText.write(model, to: &body)
        body += Array(",\"input\":".utf8) + Self.array(items)
        if variant.count > 2 { body.append(UInt8(ascii: ",")) }
        body += variant.dropFirst()
        return body
    }

    private static func array(_ items: [[UInt8]]) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(items.reduce(2) { $0 + $1.count + 1 })
        bytes.append(UInt8(ascii: "["))
        for (index, item) in items.enumerated() {
            if index > 0 { bytes.append(UInt8(ascii: ",")) }
            bytes += item
        }
        bytes.append(UInt8(ascii: "]"))
        return bytes
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
