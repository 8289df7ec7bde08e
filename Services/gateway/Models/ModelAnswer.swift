/// What the gateway reads from an answer of a provider, whole or one chunk of a stream.
struct ModelAnswer: Equatable {
    var usage: TokenUsage?
    /// `choices` is there and empty: the chunk that carries nothing but usage.
    var hasNoChoices = false
    /// Whether there are choices or data.
    var hasContent = false
    /// There is an `error` object instead of an answer.
    var isError = false

    /// - Throws: When the body is not a JSON object.
    init(_ body: [UInt8]) throws(JSONSyntaxError) {
        let document = JSONDocument(body)
        var usage: TokenUsage?
        var hasNoChoices = false
        var hasContent = false
        var isError = false
        try document.scan { key, value in
            if key.matches("usage") {
                usage = TokenUsage(value, in: document)
            } else if key.matches("choices") || key.matches("data") {
                hasContent = true
                hasNoChoices = value.kind == .array && Self.isEmpty(body[value.range])
            } else if key.matches("error") {
                isError = value.kind != .null
            }
        }
        self.usage = usage
        self.hasNoChoices = hasNoChoices
        self.hasContent = hasContent
        self.isError = isError
    }

    private static func isEmpty(_ array: ArraySlice<UInt8>) -> Bool {
        array.dropFirst().dropLast().allSatisfy { $0 <= 0x20 }
    }
}
