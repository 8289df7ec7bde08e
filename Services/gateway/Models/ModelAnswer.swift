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
                hasNoChoices = document.isEmptyArray(value)
            } else if key.matches("error") {
                isError = value.kind != .null
            }
        }
        self.usage = usage
        self.hasNoChoices = hasNoChoices
        self.hasContent = hasContent
        self.isError = isError
    }

    init(usage: TokenUsage?, hasNoChoices: Bool = false, hasContent: Bool, isError: Bool) {
        self.usage = usage
        self.hasNoChoices = hasNoChoices
        self.hasContent = hasContent
        self.isError = isError
    }
}
