/// `POST /v1/search`
package struct SearchRequest: Codable, Sendable, Equatable {
    package var query: String
    /// 1…100, 10 when left out.
    package var limit: Int?
    /// Every named fact of a document must equal the value, or one of the values when a list is given.
    package var filter: [String: MetadataFilter]?
    package var knowledgeBase: String?

    package init(
        query: String, limit: Int? = nil, filter: [String: MetadataFilter]? = nil, knowledgeBase: String? = nil
    ) {
        self.query = query
        self.limit = limit
        self.filter = filter
        self.knowledgeBase = knowledgeBase
    }
}

/// One passage that matches a search. Offsets count Unicode scalars of the document's stored text.
package struct SearchResult: Codable, Sendable, Equatable {
    package var documentID: DocumentID
    package var chunkID: ChunkID
    package var title: String
    package var text: String
    /// Higher is better; comparable within one answer only.
    package var score: Double
    package var start: Int
    package var end: Int

    package init(
        documentID: DocumentID, chunkID: ChunkID, title: String, text: String, score: Double, start: Int, end: Int
    ) {
        self.documentID = documentID
        self.chunkID = chunkID
        self.title = title
        self.text = text
        self.score = score
        self.start = start
        self.end = end
    }

    enum CodingKeys: String, CodingKey {
        case title, text, score, start, end
        case documentID = "documentId"
        case chunkID = "chunkId"
    }
}

/// The answer to a search, best first.
package struct SearchResponse: Codable, Sendable, Equatable {
    package var results: [SearchResult]

    package init(results: [SearchResult]) {
        self.results = results
    }
}

/// `POST /v1/answers`
package struct AnswerRequest: Codable, Sendable, Equatable {
    package var question: String
    package var stream: Bool?
    package var filter: [String: MetadataFilter]?
    package var knowledgeBase: String?
    /// Which model writes the answer; the tenant's first chat model when left out.
    package var model: String?

    package init(
        question: String, stream: Bool? = nil, filter: [String: MetadataFilter]? = nil,
        knowledgeBase: String? = nil, model: String? = nil
    ) {
        self.question = question
        self.stream = stream
        self.filter = filter
        self.knowledgeBase = knowledgeBase
        self.model = model
    }
}

/// A passage that supports an answer: `quote` is the document's stored text from `start` up to `end`, counted in
/// Unicode scalars.
package struct Citation: Codable, Sendable, Equatable {
    package var documentID: DocumentID
    package var chunkID: ChunkID
    package var title: String
    package var quote: String
    package var start: Int
    package var end: Int

    package init(documentID: DocumentID, chunkID: ChunkID, title: String, quote: String, start: Int, end: Int) {
        self.documentID = documentID
        self.chunkID = chunkID
        self.title = title
        self.quote = quote
        self.start = start
        self.end = end
    }

    enum CodingKeys: String, CodingKey {
        case title, quote, start, end
        case documentID = "documentId"
        case chunkID = "chunkId"
    }
}

/// How an answer came about.
package enum AnswerMode: String, Codable, Sendable {
    /// Sentences of the sources, word for word; no model took part.
    case extractive
    /// Written by a model from the sources.
    case generative
}

/// What the model call of an answer used; all zero when no model took part.
package struct AnswerUsage: Codable, Sendable, Equatable {
    package var promptTokens: Int64
    package var completionTokens: Int64
    package var totalTokens: Int64

    package init(promptTokens: Int64, completionTokens: Int64) {
        self.promptTokens = promptTokens
        self.completionTokens = completionTokens
        totalTokens = promptTokens + completionTokens
    }
}

/// The answer to a question. With `answered` false the sources do not answer it, `answer` says so, and nothing is cited.
///
/// With `stream`, server-sent events `delta` (`AnswerDelta`) come first, then one `answer` with all of this. A stream
/// that breaks ends with an `error` event, whose data is a `Problem`.
package struct AnswerResponse: Codable, Sendable, Equatable {
    package var answer: String
    package var answered: Bool
    package var citations: [Citation]
    package var mode: AnswerMode
    package var model: String?
    package var usage: AnswerUsage

    package init(
        answer: String, answered: Bool, citations: [Citation], mode: AnswerMode, model: String?, usage: AnswerUsage
    ) {
        self.answer = answer
        self.answered = answered
        self.citations = citations
        self.mode = mode
        self.model = model
        self.usage = usage
    }
}

/// A piece of an answer's text, data of the event `delta`.
package struct AnswerDelta: Codable, Sendable, Equatable {
    package var text: String

    package init(text: String) {
        self.text = text
    }
}
