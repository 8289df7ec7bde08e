import CurlClient

/// An adapter for a vendor whose chat interface is OpenAI's or a copy of it: all but addresses, credentials and words
/// that differ is the same.
protocol OpenAISpeaking: ProviderAdapter {
    func vocabulary(for model: String) -> OpenAIChatVocabulary
}

extension OpenAISpeaking {
    func body(of conversation: Conversation, model: String) throws(TranslationError) -> [UInt8] {
        try OpenAIChatRequest(conversation: conversation, model: model, vocabulary: vocabulary(for: model)).value().text
    }

    func completion(_ body: [UInt8]) throws(TranslationError) -> Completion {
        try OpenAIChatAnswer.completion(body)
    }

    func makeStreamDecoder() -> any ProviderStreamDecoder { OpenAIChatStreamDecoder() }

    func body(of demand: EmbeddingDemand, model: String) throws(TranslationError) -> [UInt8] {
        OpenAIEmbeddingWords.body(of: demand, model: model).text
    }

    func embeddings(_ body: [UInt8], for demand: EmbeddingDemand) throws(TranslationError) -> EmbeddingAnswer {
        try OpenAIEmbeddingWords.answer(body)
    }
}
