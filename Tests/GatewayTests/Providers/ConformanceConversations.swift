@testable import Gateway

/// The conversations that every provider is asked, one for each thing that can be said.
enum ConformanceConversations {
    static let all: [(name: String, conversation: Conversation)] = [
        ("text", text), ("turns", turns), ("system", system), ("tools", tools), ("tool-demand", toolDemand),
        ("tool-named", toolNamed), ("tool-none", toolNone), ("tool-single", toolSingle),
        ("tool-results", toolResults), ("tool-images", toolImages), ("images", images), ("documents", documents),
        ("audio", audio), ("schema", schema), ("json", json), ("sampling", sampling), ("penalties", penalties),
        ("choices", choices), ("log-probabilities", logProbabilities), ("reasoning", reasoning),
        ("reasoning-budget", reasoningBudget), ("thoughts", thoughts), ("stream", stream), ("foreign", foreign),
    ]

    /// A pixel.
    static let png = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="

    static func conversation(_ change: (inout Conversation) -> Void) -> Conversation {
        var conversation = Conversation(model: "alias")
        conversation.messages = [Conversation.Message(.user, [.text("Is the printer back?")])]
        conversation.maximumTokens = 1_000
        change(&conversation)
        return conversation
    }

    static let text = conversation { _ in }

    static let turns = conversation { chat in
        chat.messages = [
            Conversation.Message(.user, [.text("Hello")], name: "ada"),
            Conversation.Message(.assistant, [.text("Good "), .text("morning.")]),
            Conversation.Message(.user, [.text("Is the \"printer\" back?\n")]),
            Conversation.Message(.user, [.text("And the scanner?"), .text("")]),
        ]
        chat.user = "person-7"
        chat.maximumTokens = nil
    }

    static let system = conversation { chat in
        chat.messages.insert(Conversation.Message(.system, [.text("Be brief.")]), at: 0)
        chat.messages.append(Conversation.Message(.system, [.text("Answer in German.")]))
    }

    private static let lookUp = Conversation.Tool(
        name: "look_up", description: "Finds a ticket.",
        parameters: .members(
            ("type", "object"), ("properties", .members(("ticket", .members(("type", "string"))))),
            ("required", .array(["ticket"])), ("additionalProperties", false)), isStrict: true)
    private static let ping = Conversation.Tool(name: "ping")

    static let tools = conversation { chat in chat.tools = [lookUp, ping] }

    static let toolDemand = conversation { chat in
        chat.tools = [lookUp, ping]
        chat.toolChoice = .required
    }

    static let toolNamed = conversation { chat in
        chat.tools = [lookUp]
        chat.toolChoice = .named("look_up")
    }

    static let toolNone = conversation { chat in
        chat.tools = [lookUp]
        chat.toolChoice = Conversation.ToolChoice.none
    }

    static let toolSingle = conversation { chat in
        chat.tools = [lookUp]
        chat.toolChoice = .automatic
        chat.allowsParallelToolCalls = false
    }

    static let toolResults = conversation { chat in
        chat.tools = [lookUp, ping]
        chat.messages += [
            Conversation.Message(
                .assistant,
                [
                    .text("I look it up."),
                    .toolCall(ContentPart.ToolCall(id: "call_a", name: "look_up", arguments: #"{"ticket": "INC-1"}"#)),
                    .toolCall(ContentPart.ToolCall(id: "functions.ping:1", name: "ping", arguments: "")),
                ]),
            Conversation.Message(
                .tool, [.toolResult(ContentPart.ToolResult(id: "call_a", parts: [.text("open")]))]),
            Conversation.Message(
                .tool,
                [
                    .toolResult(
                        ContentPart.ToolResult(
                            id: "functions.ping:1", name: "ping", parts: [.text("no answer")], isError: true))
                ]),
            Conversation.Message(.user, [.text("And now?")]),
        ]
    }

    static let toolImages = conversation { chat in
        chat.tools = [lookUp]
        chat.messages += [
            Conversation.Message(
                .assistant,
                [.toolCall(ContentPart.ToolCall(id: "call_a", name: "look_up", arguments: "{}"))]),
            Conversation.Message(
                .tool,
                [
                    .toolResult(
                        ContentPart.ToolResult(
                            id: "call_a",
                            parts: [.text("the screen:"), .image(.data(type: "image/png", base64: png), detail: nil)]))
                ]),
        ]
    }

    static let images = conversation { chat in
        chat.messages = [
            Conversation.Message(
                .user, [.text("What is it?"), .image(.data(type: "image/png", base64: png), detail: "low")])
        ]
    }

    static let documents = conversation { chat in
        chat.messages = [
            Conversation.Message(
                .user,
                [
                    .document(.data(type: "application/pdf", base64: "JVBERi0xLjQK"), name: "Guide (1).pdf"),
                    .text("Sum it up."),
                ])
        ]
    }

    static let audio = conversation { chat in
        chat.messages = [Conversation.Message(.user, [.audio(.data(type: "audio/mpeg", base64: "SUQz"))])]
    }

    static let schema = conversation { chat in
        chat.format = .schema(
            name: "triage",
            schema: .members(
                ("type", "object"), ("properties", .members(("priority", .members(("type", "integer"))))),
                ("required", .array(["priority"])), ("additionalProperties", false)),
            description: "How urgent it is.", isStrict: true)
    }

    static let json = conversation { chat in chat.format = .json }

    static let sampling = conversation { chat in
        chat.temperature = "0.20"
        chat.topP = "0.9"
        chat.topK = 40
        chat.seed = 7
        chat.stop = ["END", "###"]
    }

    static let penalties = conversation { chat in
        chat.presencePenalty = "0.5"
        chat.frequencyPenalty = "-0.5"
    }

    static let choices = conversation { chat in chat.choices = 2 }

    static let logProbabilities = conversation { chat in chat.logProbabilities = 2 }

    static let reasoning = conversation { chat in
        chat.maximumTokens = 8_000
        chat.reasoning = Conversation.ReasoningDemand(effort: "medium")
    }

    static let reasoningBudget = conversation { chat in
        chat.maximumTokens = 8_000
        chat.reasoning = Conversation.ReasoningDemand(budgetTokens: 2_000, isShown: true)
    }

    /// Thoughts of three vendors; each gets back its own.
    static let thoughts = conversation { chat in
        chat.tools = [lookUp]
        chat.messages += [
            Conversation.Message(
                .assistant,
                [
                    .reasoning(ContentPart.Reasoning(text: "It is a ticket.", signature: "EqQBCgIYAhIM1gbc")),
                    .reasoning(ContentPart.Reasoning(text: "", signature: "gemini.CiQB0e2K")),
                    .reasoning(ContentPart.Reasoning(text: "", sealed: "gAAAAABo")),
                    .reasoning(ContentPart.Reasoning(text: "I look it up.")),
                    .toolCall(
                        ContentPart.ToolCall(id: "call_a", name: "look_up", arguments: #"{"ticket":"INC-1"}"#)),
                ]),
            Conversation.Message(
                .tool,
                [.toolResult(ContentPart.ToolResult(id: "call_a", name: "look_up", parts: [.text("open")]))]),
        ]
    }

    static let stream = conversation { chat in chat.streams = true }

    static let foreign = conversation { chat in
        chat.extensions = [
            JSONValue.Member("metadata", .members(("ticket", "INC-1"))),
            .init("logit_bias", .members(("50256", .number("-100")))),
        ]
    }
}
