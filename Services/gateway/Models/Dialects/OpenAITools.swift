/// What OpenAI's two chat interfaces have in common about tools.
enum OpenAITools {
    /// A function: `{name, description, parameters, strict}`.
    static func tool(_ function: RequestValue) throws(TranslationError) -> Conversation.Tool {
        Conversation.Tool(
            name: try function.required("name").string(), description: try function.string("description"),
            parameters: try function["parameters"]?.object().value, isStrict: try function.boolean("strict"))
    }

    /// Reads `tool_choice`. `allowed_tools` leaves only the tools that it names.
    ///
    /// - Parameter named: Where the object of a choice or of an allowed tool has the member `name`.
    static func readChoice(
        _ choice: RequestValue, into conversation: inout Conversation,
        named: (RequestValue) -> RequestValue?
    ) throws(TranslationError) {
        if choice.value.string != nil {
            conversation.toolChoice = try namedChoice(choice)
            return
        }
        switch try choice.required("type").string() {
        case "function": conversation.toolChoice = .named(try name(choice, named))
        case "allowed_tools":
            // The Responses interface has `mode` and `tools` beside `type`.
            let allowed = choice["allowed_tools"] ?? choice
            conversation.toolChoice = try namedChoice(try allowed.required("mode"))
            var names: Set<String> = []
            for tool in try allowed.required("tools").elements() { names.insert(try name(tool, named)) }
            conversation.tools.removeAll { !names.contains($0.name) }
        case let type:
            throw .unsupported(parameter: "\(choice.path).type", "a choice of '\(type)' is not available here")
        }
    }

    /// One of the words, or the legacy `{"name": …}`.
    static func namedChoice(_ choice: RequestValue) throws(TranslationError) -> Conversation.ToolChoice {
        switch choice.value.string {
        case "auto": .automatic
        case "none": .none
        case "required": .required
        case .some: throw choice.invalid("must be auto, none, required or an object")
        case nil: .named(try choice.required("name").string())
        }
    }

    private static func name(
        _ choice: RequestValue, _ named: (RequestValue) -> RequestValue?
    ) throws(TranslationError) -> String {
        guard let holder = named(choice) else { throw choice.invalid("must name a function") }
        return try holder.required("name").string()
    }
}
