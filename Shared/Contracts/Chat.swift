/// A call of `POST /v1/chat/completions` as our own services make it. The gateway itself never decodes one.
package struct ChatRequest: Codable, Sendable, Equatable {
    package struct Message: Codable, Sendable, Equatable {
        package var role: String
        package var content: String?

        package init(role: String, content: String?) {
            self.role = role
            self.content = content
        }
    }

    package var model: String
    package var messages: [Message]
    package var maxTokens: Int?
    package var temperature: Double?
    package var stream: Bool?
    package var user: String?

    package init(
        model: String, messages: [Message], maxTokens: Int? = nil, temperature: Double? = nil, stream: Bool? = nil,
        user: String? = nil
    ) {
        self.model = model
        self.messages = messages
        self.maxTokens = maxTokens
        self.temperature = temperature
        self.stream = stream
        self.user = user
    }
}

/// The whole answer of `POST /v1/chat/completions`.
package struct ChatCompletion: Codable, Sendable, Equatable {
    package struct Choice: Codable, Sendable, Equatable {
        package var index: Int
        package var message: ChatRequest.Message
        package var finishReason: String?

        package init(index: Int, message: ChatRequest.Message, finishReason: String?) {
            self.index = index
            self.message = message
            self.finishReason = finishReason
        }
    }

    package struct Usage: Codable, Sendable, Equatable {
        package var promptTokens: Int64
        package var completionTokens: Int64?
        package var totalTokens: Int64?

        package init(promptTokens: Int64, completionTokens: Int64?, totalTokens: Int64?) {
            self.promptTokens = promptTokens
            self.completionTokens = completionTokens
            self.totalTokens = totalTokens
        }
    }

    package var id: String
    package var model: String
    package var choices: [Choice]
    package var usage: Usage?

    package init(id: String, model: String, choices: [Choice], usage: Usage?) {
        self.id = id
        self.model = model
        self.choices = choices
        self.usage = usage
    }
}

/// One event of a streamed answer.
package struct ChatChunk: Codable, Sendable, Equatable {
    package struct Choice: Codable, Sendable, Equatable {
        package struct Delta: Codable, Sendable, Equatable {
            package var role: String?
            package var content: String?
        }

        package var index: Int
        package var delta: Delta
        package var finishReason: String?
    }

    package var id: String
    package var model: String
    package var choices: [Choice]
    package var usage: ChatCompletion.Usage?
}

/// A call of `POST /v1/embeddings` as our own services make it.
package struct EmbeddingRequest: Codable, Sendable, Equatable {
    package var model: String
    package var input: [String]
    package var dimensions: Int?
    package var user: String?

    package init(model: String, input: [String], dimensions: Int? = nil, user: String? = nil) {
        self.model = model
        self.input = input
        self.dimensions = dimensions
        self.user = user
    }
}

/// The answer of `POST /v1/embeddings`, with vectors as numbers.
package struct EmbeddingResponse: Codable, Sendable, Equatable {
    package struct Embedding: Codable, Sendable, Equatable {
        package var index: Int
        package var embedding: [Float]

        package init(index: Int, embedding: [Float]) {
            self.index = index
            self.embedding = embedding
        }
    }

    package var model: String
    package var data: [Embedding]
    package var usage: ChatCompletion.Usage?

    package init(model: String, data: [Embedding], usage: ChatCompletion.Usage?) {
        self.model = model
        self.data = data
        self.usage = usage
    }
}

/// The answer of `GET /v1/models`.
package struct ModelList: Codable, Sendable, Equatable {
    package struct Model: Codable, Sendable, Equatable {
        package var id: String
        package var object: String
        package var created: Int64
        package var ownedBy: String

        package init(id: String, created: Int64, ownedBy: String) {
            self.id = id
            object = "model"
            self.created = created
            self.ownedBy = ownedBy
        }
    }

    package var object: String
    package var data: [Model]

    package init(data: [Model]) {
        object = "list"
        self.data = data
    }
}
