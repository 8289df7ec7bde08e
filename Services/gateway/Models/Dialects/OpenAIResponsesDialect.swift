/// OpenAI's Responses (`POST /v1/responses`), as its clients speak them. Nothing is stored between calls.
enum OpenAIResponsesDialect: ClientDialect {
    static let dialect = ModelDialect.openAIResponses
    static let repeatsRequest = true

    static func answer(_ completion: Completion, in context: AnswerContext) -> [UInt8] {
        var response = ResponseObject(context)
        response.model = completion.model
        response.created = completion.created
        let choice = completion.choices.first
        let status = ResponseObject.Status(choice?.finish ?? .stop)
        return response.value(
            status, output: choice.map { items($0, status, context.identifier) } ?? [], usage: completion.usage,
            tier: completion.serviceTier
        ).text
    }

    static func makeStreamEncoder(_ context: AnswerContext) -> any AnswerStreamEncoder {
        OpenAIResponsesStreamEncoder(context)
    }

    static func makeRelay(_ context: AnswerContext) -> any AnswerRelay {
        NativeRelay(OpenAIResponsesEventReader())
    }

    static func reading(of answer: [UInt8]) throws(JSONSyntaxError) -> ModelAnswer {
        let document = JSONDocument(answer)
        var reading = ModelAnswer(usage: nil, hasContent: false, isError: false)
        try document.scan { key, value in
            if key.matches("usage") { reading.usage = TokenUsage(responses: value, in: document) }
            if key.matches("output") { reading.hasContent = true }
            if key.matches("error") { reading.isError = value.kind != .null }
        }
        return reading
    }

    static func body(of error: OpenAIError) -> [UInt8] { error.body }

    /// The documented members stand beside `type`; the same under `error` is what clients of OpenAI raise their error
    /// from, and what the vendor sends.
    static func event(of error: OpenAIError) -> [UInt8] {
        let details = (try? JSONValue(parsing: error.body))?["error"]
        let event = JSONValue.object([
            JSONValue.Member("type", "error"), JSONValue.Member("sequence_number", 0),
            JSONValue.Member("code", details?["code"] ?? .null),
            JSONValue.Member("message", details?["message"] ?? .string(error.message)),
            JSONValue.Member("param", details?["param"] ?? .null),
            JSONValue.Member("error", details ?? .members(("message", .string(error.message)))),
        ])
        return Array("event: error\ndata: ".utf8) + event.text + Array("\n\n".utf8)
    }

    // MARK: Items

    /// Words that follow each other are parts of one message.
    private static func items(
        _ choice: Completion.Choice, _ status: ResponseObject.Status, _ identifier: String
    ) -> [JSONValue] {
        var items: [JSONValue] = []
        var content: [JSONValue] = []
        func close(_ word: String = "completed") {
            guard !content.isEmpty else { return }
            items.append(ResponsesItem.message("msg_\(identifier)_\(items.count)", word, content))
            content = []
        }
        let isCut = status != .completed
        for (index, part) in choice.parts.enumerated() {
            let word = isCut && index == choice.parts.count - 1 ? "incomplete" : "completed"
            switch part {
            case .text(let text):
                // Log probabilities are not told apart by part.
                let tokens = content.isEmpty ? ResponsesItem.logProbabilities(choice.logProbabilities) : []
                content.append(ResponsesItem.text(text, tokens))
            case .refusal(let text): content.append(ResponsesItem.refusal(text))
            case .reasoning(let thought):
                close()
                items.append(ResponsesItem.reasoning("rs_\(identifier)_\(items.count)", thought))
            case .toolCall(let call):
                close()
                items.append(ResponsesItem.call("fc_\(identifier)_\(items.count)", word, call))
            // No model answers with them in this interface; a provider's adapter does not make them.
            case .image, .audio, .document, .toolResult: break
            }
        }
        close(isCut ? "incomplete" : "completed")
        return items
    }
}

extension TokenUsage {
    /// Reads a `usage` object of the Responses interface; nil when there are no counts in it.
    init?(responses value: JSONDocument.Value, in document: JSONDocument) {
        var input: Int64?
        var output: Int64?
        var cached: Int64 = 0
        var written: Int64 = 0
        var reasoning: Int64 = 0
        document.members(of: value) { key, inner in
            if key.matches("input_tokens") { input = document.integer(of: inner) }
            if key.matches("output_tokens") { output = document.integer(of: inner) }
            document.members(of: inner) { name, count in
                if name.matches("cached_tokens") { cached = document.integer(of: count) ?? 0 }
                if name.matches("cache_write_tokens") { written = document.integer(of: count) ?? 0 }
                if name.matches("reasoning_tokens") { reasoning = document.integer(of: count) ?? 0 }
            }
        }
        let counts = 0...Self.maximum
        guard let input, counts.contains(input), counts.contains(output ?? 0) else { return nil }
        self.init(
            prompt: input, completion: output ?? 0, cached: cached, cacheWrite: written, reasoning: reasoning)
    }
}
