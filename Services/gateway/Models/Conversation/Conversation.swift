/// A request to a chat model in no vendor's words: what every vendor's interface is translated from and to.
///
/// It holds what at least two vendors can express. What only the vendor can express in whose words a request came is in
/// `extensions`, and reaches a provider that speaks the same words.
struct Conversation: Sendable, Equatable {
    /// The name the caller gave; the provider's own name for it is known to the target.
    var model: String
    /// Instructions first or in between, turns of both sides, and what tools answered, in order.
    var messages: [Message] = []
    var tools: [Tool] = []
    var toolChoice: ToolChoice?
    var allowsParallelToolCalls: Bool?
    /// The limit on the tokens of the answer.
    var maximumTokens: Int64?
    /// Numbers keep the text they came in.
    var temperature: String?
    var topP: String?
    var topK: Int64?
    var presencePenalty: String?
    var frequencyPenalty: String?
    var seed: Int64?
    var stop: [String] = []
    /// How many answers (`n`).
    var choices: Int64 = 1
    var format: AnswerFormat?
    var reasoning: ReasoningDemand?
    /// With how many alternatives for each token; nil when log probabilities are not asked for.
    var logProbabilities: Int64?
    /// The end user, as the caller names it.
    var user: String?
    var streams = false
    /// Members that have no place above, as they came, for a provider of the same dialect.
    var extensions: [JSONValue.Member] = []

    struct Message: Sendable, Equatable {
        enum Role: Sendable, Equatable { case system, user, assistant, tool }

        var role: Role
        var parts: [ContentPart]
        /// Which of several participants speaks.
        var name: String?

        init(_ role: Role, _ parts: [ContentPart], name: String? = nil) {
            self.role = role
            self.parts = parts
            self.name = name
        }
    }

    struct Tool: Sendable, Equatable {
        var name: String
        var description: String?
        /// JSON Schema of the arguments; nil for a tool without any.
        var parameters: JSONValue?
        var isStrict: Bool?
    }

    enum ToolChoice: Sendable, Equatable {
        case automatic, none, required
        case named(String)
    }

    enum AnswerFormat: Sendable, Equatable {
        case text
        case json
        case schema(name: String, schema: JSONValue, description: String?, isStrict: Bool?)
    }

    struct ReasoningDemand: Sendable, Equatable {
        /// `none`, `minimal`, `low`, `medium`, `high` or `xhigh`, as vendors name it.
        var effort: String?
        /// The most tokens to think with; zero for none.
        var budgetTokens: Int64?
        /// The caller wants to see a summary of it.
        var isShown: Bool?
    }

    /// The instructions at the beginning and in between, for vendors that keep them apart from the turns.
    var instructions: [ContentPart] {
        messages.filter { $0.role == .system }.flatMap(\.parts)
    }

    /// Everything but instructions.
    var turns: [Message] {
        messages.filter { $0.role != .system }
    }
}
