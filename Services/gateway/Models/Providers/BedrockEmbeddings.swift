/// Embeddings by InvokeModel, whose bodies are those of the model's own vendor.
///
/// Cohere's count of tokens comes in a header only, so its usage is estimated.
enum BedrockEmbeddings {
    private static func isCohere(_ model: String) -> Bool { model.contains("cohere.") }

    /// Titan takes one text, Cohere as many as at its own address.
    static func batchLimit(_ model: String) -> Int { isCohere(model) ? 96 : 1 }

    static func body(of demand: EmbeddingDemand, model: String) throws(TranslationError) -> JSONValue {
        guard case .texts(let texts) = demand.input else {
            throw .unsupported(parameter: "input", "this model's provider embeds text, not token ids")
        }
        if isCohere(model) {
            return .members(
                ("texts", .array(texts.map(JSONValue.string))),
                ("input_type", .string(CohereAdapter.inputType(demand.purpose))),
                ("embedding_types", .array(["float"])),
                ("output_dimension", demand.dimensions.map(JSONValue.integer)))
        }
        guard texts.count == 1, let text = texts.first else {
            throw .unsupported(parameter: "input", "this model embeds one text in a call")
        }
        return .members(("inputText", .string(text)), ("dimensions", demand.dimensions.map(JSONValue.integer)))
    }

    static func answer(_ body: [UInt8]) throws(TranslationError) -> EmbeddingAnswer {
        let answer = try JSONValue.answer(body)
        if let vector = answer["embedding"] {
            return EmbeddingAnswer(
                vectors: [try OpenAIEmbeddingWords.vector(vector)],
                usage: TokenUsage.counted(prompt: answer["inputTextTokenCount"]?.integer, completion: nil))
        }
        guard let items = (answer["embeddings"]?["float"] ?? answer["embeddings"])?.elements else {
            throw .malformedAnswer("no embeddings")
        }
        var vectors: [EmbeddingAnswer.Vector] = []
        for item in items { vectors.append(try OpenAIEmbeddingWords.vector(item)) }
        return EmbeddingAnswer(vectors: vectors)
    }
}
