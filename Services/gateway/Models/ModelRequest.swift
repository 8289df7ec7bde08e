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

    let body: [UInt8]
    /// Where a new first member can be put: right after the opening brace.
    let firstMember: Int
    private(set) var model = ""
    private(set) var streams = false
    private(set) var maximumTokens: Field<Int64>?
    private(set) var maximumCompletionTokens: Field<Int64>?
    /// How many answers are asked for (`n`), each up to the limit of tokens.
    private(set) var choices: Int64 = 1
    private(set) var streamOptions: StreamOptions?
    /// Members that are there and null: they count as absent, but must not be written a second time.
    private(set) var nulls: [String: Range<Int>] = [:]
    private(set) var user: String?

    /// More answers to one question than any vendor gives.
    static let maximumChoices: Int64 = 128
    /// Longer than any model's name; it is written into records.
    static let maximumNameBytes = 200

    /// - Throws: `ModelRequestError`, fit to be shown to the caller.
    init(body: [UInt8]) throws(ModelRequestError) {
        self.body = body
        let document = JSONDocument(body)
        var seen = [JSONDocument.Value?](repeating: nil, count: Self.names.count)
        var duplicate: Member?
        do {
            try document.scan { key, value in
                guard let index = Self.names.firstIndex(where: { key.matches($0) }) else { return }
                if seen[index] != nil { duplicate = Self.members[index] }
                seen[index] = value
            }
        } catch {
            throw .malformed(error)
        }
        if let duplicate { throw .invalid(parameter: duplicate.rawValue, "is given more than once") }
        firstMember = (body.firstIndex(of: UInt8(ascii: "{")) ?? 0) + 1
        for (member, value) in zip(Self.members, seen) {
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
        switch (maximumTokens?.value, maximumCompletionTokens?.value) {
        case (let one?, let other?): min(one, other)
        case (let one, let other): one ?? other
        }
    }

    private enum Member: String, CaseIterable {
        case model, stream, n, user
        case maximumTokens = "max_tokens"
        case maximumCompletionTokens = "max_completion_tokens"
        case streamOptions = "stream_options"
    }

    private static let members = Member.allCases
    private static let names = members.map(\.rawValue)

    private mutating func read(
        _ member: Member, _ value: JSONDocument.Value, _ document: JSONDocument
    ) throws(ModelRequestError) {
        switch member {
        case .model: model = try Self.name(document.text(of: value))
        case .stream:
            guard let flag = document.boolean(of: value) else {
                throw .invalid(parameter: "stream", "must be a boolean")
            }
            streams = flag
        case .n: choices = try Self.count("n", document.integer(of: value), upTo: Self.maximumChoices)
        case .user: user = document.text(of: value).map { String($0.prefix(Self.maximumNameBytes)) }
        case .maximumTokens:
            let limit = try Self.count(member.rawValue, document.integer(of: value), upTo: .max)
            maximumTokens = Field(value: limit, range: value.range)
        case .maximumCompletionTokens:
            let limit = try Self.count(member.rawValue, document.integer(of: value), upTo: .max)
            maximumCompletionTokens = Field(value: limit, range: value.range)
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
