/// What the gateway reads from the body of a call to a model; everything else stays as it arrived.
///
/// A member that decides about money or routing may stand only once: of two, the provider might obey the other one.
struct ModelRequest: Sendable {
    struct Field<Value: Sendable & Equatable>: Sendable, Equatable {
        let value: Value
        /// The place of the value in the body.
        let range: Range<Int>
    }

    /// The `stream_options` object.
    struct StreamOptions: Sendable, Equatable {
        var includesUsage = false
        /// The place of the value of `include_usage`, if it is there.
        var valueRange: Range<Int>?
        /// Where a new first member of the object can be put, and whether others follow.
        let firstMember: Int
        var isEmpty = true
    }

    let dialect: ModelDialect
    let body: [UInt8]
    /// Where a new first member can be put: right after the opening brace.
    let firstMember: Int
    private(set) var model = ""
    /// The place of the model's name, quotes included.
    private(set) var modelRange = 0..<0
    private(set) var streams = false
    private(set) var maximumTokens: Field<Int64>?
    private(set) var maximumCompletionTokens: Field<Int64>?
    private(set) var maximumOutputTokens: Field<Int64>?
    /// How many answers are asked for (`n`), each up to the limit of tokens.
    private(set) var choices: Int64 = 1
    private(set) var streamOptions: StreamOptions?
    /// Members that are there and null: they count as absent, but must not be written a second time.
    private(set) var nulls: [String: Range<Int>] = [:]
    private(set) var user: String?
    /// What a model must be able to do for it, as far as the members say that are looked at here.
    private(set) var needs: ModelCapabilities

    /// More answers to one question than any vendor gives.
    static let maximumChoices: Int64 = 128
    /// Longer than any model's name; it is written into records.
    static let maximumNameBytes = 200

    /// - Throws: `ModelRequestError`, fit to be shown to the caller.
    init(_ dialect: ModelDialect, body: [UInt8]) throws(ModelRequestError) {
        self.dialect = dialect
        self.body = body
        needs = dialect == .openAIEmbeddings ? .embedding : .chat
        let document = JSONDocument(body)
        let (members, names) = dialect == .openAIChat ? Self.chat : Self.known(to: dialect)
        var seen = [JSONDocument.Value?](repeating: nil, count: names.count)
        var duplicate: Member?
        do {
            try document.scan { key, value in
                guard let index = names.firstIndex(where: { key.matches($0) }) else { return }
                if seen[index] != nil { duplicate = members[index] }
                seen[index] = value
            }
        } catch {
            throw .malformed(error)
        }
        if let duplicate { throw .invalid(parameter: duplicate.rawValue, "is given more than once") }
        firstMember = (body.firstIndex(of: UInt8(ascii: "{")) ?? 0) + 1
        for (member, value) in zip(members, seen) {
            guard let value else { continue }
            guard value.kind != .null else {
                nulls[member.rawValue] = value.range
                continue
            }
            try read(member, value, document)
        }
        guard !model.isEmpty else { throw .invalid(parameter: "model", "you must provide a model") }
    }

    /// The limit that the caller set on one answer, whichever name it used; the smaller of two.
    var statedLimit: Int64? {
        Self.smaller(Self.smaller(maximumTokens?.value, maximumCompletionTokens?.value), maximumOutputTokens?.value)
    }

    private static func smaller(_ one: Int64?, _ other: Int64?) -> Int64? {
        guard let one, let other else { return one ?? other }
        return min(one, other)
    }

    /// Every limit that the caller set on one answer.
    var limits: [Field<Int64>] {
        [maximumTokens, maximumCompletionTokens, maximumOutputTokens].compactMap { $0 }
    }

    private enum Member: String, CaseIterable {
        case model, stream, n, user, tools
        case responseFormat = "response_format"
        case maximumTokens = "max_tokens"
        case maximumCompletionTokens = "max_completion_tokens"
        case maximumOutputTokens = "max_output_tokens"
        case streamOptions = "stream_options"

        func isKnown(to dialect: ModelDialect) -> Bool {
            switch self {
            case .model: true
            case .stream: dialect != .openAIEmbeddings
            case .user: dialect != .anthropicMessages
            case .tools: dialect != .openAIEmbeddings
            case .n, .maximumCompletionTokens, .streamOptions, .responseFormat: dialect == .openAIChat
            case .maximumTokens: dialect == .openAIChat || dialect == .anthropicMessages
            case .maximumOutputTokens: dialect == .openAIResponses
            }
        }
    }

    private static let chat = known(to: .openAIChat)

    private static func known(to dialect: ModelDialect) -> (members: [Member], names: [String]) {
        let members = Member.allCases.filter { $0.isKnown(to: dialect) }
        return (members, members.map(\.rawValue))
    }

    private mutating func read(
        _ member: Member, _ value: JSONDocument.Value, _ document: JSONDocument
    ) throws(ModelRequestError) {
        switch member {
        case .model:
            model = try Self.name(document.text(of: value))
            modelRange = value.range
        case .stream:
            guard let flag = document.boolean(of: value) else {
                throw .invalid(parameter: "stream", "must be a boolean")
            }
            streams = flag
        case .tools: if value.kind == .array, !document.isEmptyArray(value) { needs.insert(.tools) }
        case .responseFormat:
            document.members(of: value) { key, inner in
                if key.matches("json_schema"), inner.kind == .object { needs.insert(.jsonSchema) }
            }
        case .n: choices = try Self.count("n", document.integer(of: value), upTo: Self.maximumChoices)
        case .user: user = document.text(of: value).map { String($0.prefix(Self.maximumNameBytes)) }
        case .maximumTokens:
            let limit = try Self.count(member.rawValue, document.integer(of: value), upTo: .max)
            maximumTokens = Field(value: limit, range: value.range)
        case .maximumCompletionTokens:
            let limit = try Self.count(member.rawValue, document.integer(of: value), upTo: .max)
            maximumCompletionTokens = Field(value: limit, range: value.range)
        case .maximumOutputTokens:
            let limit = try Self.count(member.rawValue, document.integer(of: value), upTo: .max)
            maximumOutputTokens = Field(value: limit, range: value.range)
        case .streamOptions:
            guard value.kind == .object else { throw .invalid(parameter: "stream_options", "must be an object") }
            var options = StreamOptions(firstMember: value.range.lowerBound + 1)
            document.members(of: value) { key, inner in
                options.isEmpty = false
                guard key.matches("include_usage") else { return }
                options.includesUsage = document.boolean(of: inner) ?? false
                options.valueRange = inner.range
            }
            streamOptions = options
        }
    }

    private static func name(_ text: String?) throws(ModelRequestError) -> String {
        guard let text else { throw .invalid(parameter: "model", "must be a string") }
        guard text.utf8.count <= maximumNameBytes, text.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else {
            throw .invalid(parameter: "model", "is not the name of a model")
        }
        return text
    }

    private static func count(
        _ parameter: String, _ value: Int64?, upTo maximum: Int64
    ) throws(ModelRequestError) -> Int64 {
        guard let value, value >= 1, value <= maximum else {
            throw .invalid(parameter: parameter, "must be a whole number from 1 to \(maximum)")
        }
        return value
    }
}

/// Why the body of a call to a model was refused, in words for its sender.
enum ModelRequestError: Error, Equatable {
    case malformed(JSONSyntaxError)
    case invalid(parameter: String, String)
}
