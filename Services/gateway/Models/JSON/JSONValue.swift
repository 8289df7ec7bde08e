/// A JSON value of which nothing is lost: members keep their order, numbers keep their text.
///
/// Tools' schemas and arguments cross from one vendor's interface to another's in it. A `Double` in between would change
/// `0.10` and large integers, and a dictionary would shuffle what providers cache by its prefix.
enum JSONValue: Sendable, Hashable {
    case null
    case boolean(Bool)
    /// As it was written, such as `1.50` or `9007199254740993`.
    case number(String)
    case string(String)
    case array([JSONValue])
    case object([Member])

    struct Member: Sendable, Hashable {
        let name: String
        let value: JSONValue

        init(_ name: String, _ value: JSONValue) {
            self.name = name
            self.value = value
        }
    }

    /// - Throws: When the text is not UTF-8 or not JSON.
    init(parsing bytes: [UInt8]) throws(JSONSyntaxError) {
        try JSONDocument(bytes).checkEncoding()
        var cursor = JSONCursor(bytes)
        cursor.skipWhitespace()
        let value = try Self.read(&cursor)
        try cursor.finish()
        self = value
    }

    /// The members of the object that the text is.
    static func members(parsing bytes: [UInt8]) throws(JSONSyntaxError) -> [Member] {
        guard case .object(let members) = try JSONValue(parsing: bytes) else {
            throw JSONSyntaxError(reason: .notAnObject, offset: 0)
        }
        return members
    }

    private static func read(_ cursor: inout JSONCursor) throws(JSONSyntaxError) -> JSONValue {
        switch try cursor.peek() {
        case UInt8(ascii: "{"):
            var members: [Member] = []
            try cursor.forEachMember { (cursor, name) throws(JSONSyntaxError) in
                members.append(Member(cursor.text(of: name), try read(&cursor)))
            }
            return .object(members)
        case UInt8(ascii: "["):
            var elements: [JSONValue] = []
            try cursor.forEachElement { (cursor) throws(JSONSyntaxError) in elements.append(try read(&cursor)) }
            return .array(elements)
        case UInt8(ascii: "\""):
            let token = try cursor.string()
            return .string(cursor.text(of: token))
        default:
            let start = cursor.position
            return scalar(try cursor.skipValue(), cursor.bytes[start..<cursor.position])
        }
    }

    private static func scalar(_ kind: JSONCursor.Kind, _ text: ArraySlice<UInt8>) -> JSONValue {
        switch kind {
        case .boolean: .boolean(text.first == UInt8(ascii: "t"))
        case .number: .number(String(decoding: text, as: UTF8.self))
        case .null, .object, .array, .string: .null
        }
    }
}

// MARK: Reading

extension JSONValue {
    /// The first member of that name; nil for one that is missing, null, or when this is no object.
    subscript(_ name: String) -> JSONValue? {
        guard case .object(let members) = self else { return nil }
        guard let value = members.first(where: { $0.name == name })?.value, value != .null else { return nil }
        return value
    }

    var string: String? {
        if case .string(let text) = self { return text }
        return nil
    }

    var boolean: Bool? {
        if case .boolean(let flag) = self { return flag }
        return nil
    }

    /// The text of a number, as it was written.
    var number: String? {
        if case .number(let text) = self { return text }
        return nil
    }

    /// A number without fraction or exponent that fits.
    var integer: Int64? { number.flatMap { Int64($0) } }

    var elements: [JSONValue]? {
        if case .array(let elements) = self { return elements }
        return nil
    }

    var members: [Member]? {
        if case .object(let members) = self { return members }
        return nil
    }
}

// MARK: Writing

extension JSONValue {
    /// An object; members whose value is nil are left out.
    static func members(_ pairs: (String, JSONValue?)...) -> JSONValue {
        .object(pairs.compactMap { name, value in value.map { Member(name, $0) } })
    }

    static func integer(_ value: Int64) -> JSONValue { .number(String(value)) }

    /// The compact text.
    var text: [UInt8] {
        var bytes: [UInt8] = []
        write(to: &bytes)
        return bytes
    }

    func write(to bytes: inout [UInt8]) {
        switch self {
        case .null: bytes.append(contentsOf: "null".utf8)
        case .boolean(let flag): bytes.append(contentsOf: (flag ? "true" : "false").utf8)
        case .number(let text): bytes.append(contentsOf: text.utf8)
        case .string(let text): JSONText.write(text, to: &bytes)
        case .array(let elements):
            bytes.append(UInt8(ascii: "["))
            for (index, element) in elements.enumerated() {
                if index > 0 { bytes.append(UInt8(ascii: ",")) }
                element.write(to: &bytes)
            }
            bytes.append(UInt8(ascii: "]"))
        case .object(let members):
            bytes.append(UInt8(ascii: "{"))
            for (index, member) in members.enumerated() {
                if index > 0 { bytes.append(UInt8(ascii: ",")) }
                JSONText.write(member.name, to: &bytes)
                bytes.append(UInt8(ascii: ":"))
                member.value.write(to: &bytes)
            }
            bytes.append(UInt8(ascii: "}"))
        }
    }
}

extension JSONValue: ExpressibleByStringLiteral, ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral {
    init(stringLiteral value: String) { self = .string(value) }
    init(booleanLiteral value: Bool) { self = .boolean(value) }
    init(integerLiteral value: Int64) { self = .integer(value) }
}
