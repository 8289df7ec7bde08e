/// The `response` object of the Responses interface, which repeats what was asked for.
struct ResponseObject: Sendable {
    private let context: AnswerContext
    var model: String?
    var created: Int64?

    init(_ context: AnswerContext) {
        self.context = context
    }

    enum Status: Equatable {
        case inProgress, completed
        /// Why: `max_output_tokens` or `content_filter`.
        case incomplete(String)

        init(_ reason: FinishReason) {
            switch reason {
            case .length: self = .incomplete("max_output_tokens")
            case .contentFilter: self = .incomplete("content_filter")
            case .stop, .stopSequence, .toolCalls, .refusal, .paused, .other: self = .completed
            }
        }

        var word: String {
            switch self {
            case .inProgress: "in_progress"
            case .completed: "completed"
            case .incomplete: "incomplete"
            }
        }
    }

    func value(_ status: Status, output: [JSONValue], usage: TokenUsage?, tier: String? = nil) -> JSONValue {
        let chat = context.conversation
        var details = JSONValue.null
        if case .incomplete(let reason) = status { details = .members(("reason", .string(reason))) }
        return .object([
            JSONValue.Member("id", .string("resp_" + context.identifier)), JSONValue.Member("object", "response"),
            JSONValue.Member("created_at", .integer(created ?? context.created)),
            JSONValue.Member("status", .string(status.word)), JSONValue.Member("background", false),
            JSONValue.Member("error", .null), JSONValue.Member("incomplete_details", details),
            JSONValue.Member("instructions", .null),
            JSONValue.Member("max_output_tokens", chat?.maximumTokens.map(JSONValue.integer) ?? .null),
            JSONValue.Member("max_tool_calls", .null), JSONValue.Member("model", .string(model ?? context.model)),
            JSONValue.Member("output", .array(output)),
            JSONValue.Member("parallel_tool_calls", .boolean(chat?.allowsParallelToolCalls ?? true)),
            JSONValue.Member("previous_response_id", .null), JSONValue.Member("reasoning", reasoning),
            JSONValue.Member("service_tier", .string(OpenAIServiceTier.word(for: tier) ?? "default")),
            // Nothing is kept for a later call, whatever was asked for.
            JSONValue.Member("store", false),
            JSONValue.Member("temperature", .number(chat?.temperature ?? "1")),
            JSONValue.Member("text", .members(("format", format))), JSONValue.Member("tool_choice", toolChoice),
            JSONValue.Member("tools", .array((chat?.tools ?? []).map(Self.tool))),
            JSONValue.Member("top_logprobs", .integer(chat?.logProbabilities ?? 0)),
            JSONValue.Member("top_p", .number(chat?.topP ?? "1")), JSONValue.Member("truncation", "disabled"),
            JSONValue.Member("usage", usage.map(Self.usage) ?? .null),
            JSONValue.Member("user", chat?.user.map(JSONValue.string) ?? .null),
            JSONValue.Member("metadata", asked("metadata") ?? .object([])),
        ])
    }

    static func usage(_ usage: TokenUsage) -> JSONValue {
        .members(
            ("input_tokens", .integer(usage.prompt)),
            (
                "input_tokens_details",
                .members(
                    ("cached_tokens", .integer(usage.cached)), ("cache_write_tokens", .integer(usage.cacheWrite)))
            ),
            ("output_tokens", .integer(usage.completion)),
            ("output_tokens_details", .members(("reasoning_tokens", .integer(usage.reasoning)))),
            ("total_tokens", .integer(usage.prompt + usage.completion)))
    }

    // MARK: What was asked for

    private func asked(_ name: String) -> JSONValue? {
        context.conversation?.extensions.first { $0.name == name }?.value
    }

    private var reasoning: JSONValue {
        .object([
            JSONValue.Member("effort", context.conversation?.reasoning?.effort.map(JSONValue.string) ?? .null),
            JSONValue.Member("summary", context.conversation?.reasoning?.isShown == true ? "auto" : .null),
        ])
    }

    private var format: JSONValue {
        switch context.conversation?.format {
        case nil, .text: .members(("type", "text"))
        case .json: .members(("type", "json_object"))
        case .schema(let name, let schema, let description, let isStrict):
            .object([
                JSONValue.Member("type", "json_schema"), JSONValue.Member("name", .string(name)),
                JSONValue.Member("description", description.map(JSONValue.string) ?? .null),
                JSONValue.Member("schema", schema), JSONValue.Member("strict", .boolean(isStrict ?? false)),
            ])
        }
    }

    private var toolChoice: JSONValue {
        switch context.conversation?.toolChoice {
        case nil, .automatic: "auto"
        case .some(.none): "none"
        case .required: "required"
        case .named(let name): .members(("type", "function"), ("name", .string(name)))
        }
    }

    private static func tool(_ tool: Conversation.Tool) -> JSONValue {
        .object([
            JSONValue.Member("type", "function"), JSONValue.Member("name", .string(tool.name)),
            JSONValue.Member("description", tool.description.map(JSONValue.string) ?? .null),
            JSONValue.Member("parameters", tool.parameters ?? .null),
            JSONValue.Member("strict", tool.isStrict.map(JSONValue.boolean) ?? .null),
        ])
    }
}
