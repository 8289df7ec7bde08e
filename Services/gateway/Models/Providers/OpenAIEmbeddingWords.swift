/// Embeddings in OpenAI's words, or in a copy's.
enum OpenAIEmbeddingWords {
    /// - Parameter dimensionsMember: Mistral calls it `output_dimension`.
    static func body(
        of demand: EmbeddingDemand, model: String, dimensionsMember: String = "dimensions", takesUser: Bool = true
    ) -> JSONValue {
        let input: JSONValue =
            switch demand.input {
            case .texts(let texts): .array(texts.map(JSONValue.string))
            case .tokens(let lists): .array(lists.map { .array($0.map(JSONValue.integer)) })
            }
        return .members(
            ("model", .string(model)), ("input", input),
            (dimensionsMember, demand.dimensions.map(JSONValue.integer)),
            ("encoding_format", demand.wantsBase64 ? "base64" : nil),
            ("user", takesUser ? demand.user.map(JSONValue.string) : nil))
    }

    static func answer(_ body: [UInt8]) throws(TranslationError) -> EmbeddingAnswer {
        let answer = try JSONValue.answer(body)
        guard let data = answer["data"]?.elements else { throw .malformedAnswer("no embeddings") }
        var vectors: [(place: Int64, vector: EmbeddingAnswer.Vector)] = []
        for (position, item) in data.enumerated() {
            vectors.append((item["index"]?.integer ?? Int64(position), try vector(item["embedding"])))
        }
        return EmbeddingAnswer(
            model: answer["model"]?.string, vectors: vectors.sorted { $0.place < $1.place }.map(\.vector),
            usage: TokenUsage.openAI(answer["usage"]))
    }

    static func vector(_ value: JSONValue?) throws(TranslationError) -> EmbeddingAnswer.Vector {
        if let value, value.elements != nil { return .numbers(value) }
        if let text = value?.string { return .base64(text) }
        throw .malformedAnswer("an embedding is neither numbers nor base64")
    }
}
