/// Walks over JSON text (RFC 8259) and checks its grammar without building values.
///
/// The gateway reads a handful of members of a body and passes the rest on untouched, so decoding it would cost time
/// and could change it. Lone surrogates in escapes are grammatical and pass. The text must be UTF-8 already; see
/// `JSONDocument`, which checks that.
struct JSONCursor {
    /// Deeper than any request known to the vendors' interfaces, shallow enough for any stack.
    static let maximumDepth = 256

    enum Kind: Equatable {
        case object, array, string, number, boolean, null
    }

    /// A string's place: `contents` is what stands between its quotes.
    struct StringToken {
        let contents: Range<Int>
        let hasEscapes: Bool
    }

    let bytes: [UInt8]
    private(set) var position: Int
    private var depth = 0

    init(_ bytes: [UInt8], at position: Int = 0) {
        self.bytes = bytes
        self.position = position
    }

    mutating func skipWhitespace() {
        while position < bytes.count, Self.isWhitespace(bytes[position]) { position += 1 }
    }

    static func isWhitespace(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x20, 0x0A, 0x0D, 0x09: true
        default: false
        }
    }

    /// Passes over one value of any kind.
    mutating func skipValue() throws(JSONSyntaxError) -> Kind {
        switch try peek() {
        case UInt8(ascii: "\""):
            _ = try string()
            return .string
        case UInt8(ascii: "{"):
            try forEachMember { (cursor, _) throws(JSONSyntaxError) in _ = try cursor.skipValue() }
            return .object
        case UInt8(ascii: "["):
            try forEachElement { (cursor) throws(JSONSyntaxError) in _ = try cursor.skipValue() }
            return .array
        case UInt8(ascii: "t"): return try literal("true", .boolean)
        case UInt8(ascii: "f"): return try literal("false", .boolean)
        case UInt8(ascii: "n"): return try literal("null", .null)
        default:
            try number()
            return .number
        }
    }

    /// Calls `body` with the cursor before each member's value; `body` must pass over exactly that value.
    mutating func forEachMember(
        _ body: (inout JSONCursor, StringToken) throws(JSONSyntaxError) -> Void
    ) throws(JSONSyntaxError) {
        try enter()
        if try isClosed(by: UInt8(ascii: "}")) { return }
        while true {
            let key = try string()
            skipWhitespace()
            try expect(UInt8(ascii: ":"))
            skipWhitespace()
            try body(&self, key)
            if try !continues(until: UInt8(ascii: "}")) { return }
        }
    }

    /// Calls `body` with the cursor before each element; `body` must pass over exactly that value.
    mutating func forEachElement(
        _ body: (inout JSONCursor) throws(JSONSyntaxError) -> Void
    ) throws(JSONSyntaxError) {
        try enter()
        if try isClosed(by: UInt8(ascii: "]")) { return }
        while true {
            try body(&self)
            if try !continues(until: UInt8(ascii: "]")) { return }
        }
    }

    /// Passes over a string.
    mutating func string() throws(JSONSyntaxError) -> StringToken {
        try expect(UInt8(ascii: "\""))
        let start = position
        var hasEscapes = false
        let end = bytes.count
        var index = Self.endOfPlainText(bytes, from: position)
        while index < end {
            let byte = bytes[index]
            if byte == UInt8(ascii: "\"") {
                position = index + 1
                return StringToken(contents: start..<index, hasEscapes: hasEscapes)
            }
            if byte < 0x20 { throw JSONSyntaxError(reason: .controlCharacter, offset: index) }
            if byte == UInt8(ascii: "\\") {
                hasEscapes = true
                index = Self.endOfPlainText(bytes, from: try escape(at: index))
            } else {
                index += 1
            }
        }
        throw JSONSyntaxError(reason: .unexpectedEnd, offset: end)
    }

    /// Steps over text without quotes, escapes and control characters, 32 bytes at a time; stops short of the first of
    /// them. The inner loop has no way out, so that it becomes a few vector instructions.
    private static func endOfPlainText(_ bytes: [UInt8], from start: Int) -> Int {
        var index = start
        while index + 32 <= bytes.count {
            var special: UInt8 = 0
            for place in index..<(index + 32) {
                let byte = bytes[place]
                special |= (byte < 0x20 ? 1 : 0) | (byte == 0x22 ? 1 : 0) | (byte == 0x5C ? 1 : 0)
            }
            guard special == 0 else { return index }
            index += 32
        }
        return index
    }

    /// Fails unless nothing but white space is left.
    mutating func finish() throws(JSONSyntaxError) {
        skipWhitespace()
        guard position == bytes.count else { throw JSONSyntaxError(reason: .trailingBytes, offset: position) }
    }

    /// The decoded text of a string that was passed over.
    func text(of token: StringToken) -> String {
        JSONStringDecoder.decode(bytes[token.contents])
    }

    func peek() throws(JSONSyntaxError) -> UInt8 {
        guard position < bytes.count else { throw JSONSyntaxError(reason: .unexpectedEnd, offset: position) }
        return bytes[position]
    }

    // MARK: The grammar's small parts

    private mutating func enter() throws(JSONSyntaxError) {
        guard depth < Self.maximumDepth else { throw JSONSyntaxError(reason: .tooDeep, offset: position) }
        depth += 1
        position += 1
        skipWhitespace()
    }

    private mutating func isClosed(by closing: UInt8) throws(JSONSyntaxError) -> Bool {
        guard try peek() == closing else { return false }
        position += 1
        depth -= 1
        return true
    }

    private mutating func continues(until closing: UInt8) throws(JSONSyntaxError) -> Bool {
        skipWhitespace()
        if try isClosed(by: closing) { return false }
        try expect(UInt8(ascii: ","))
        skipWhitespace()
        return true
    }

    private mutating func expect(_ byte: UInt8) throws(JSONSyntaxError) {
        guard try peek() == byte else { throw JSONSyntaxError(reason: .unexpectedByte, offset: position) }
        position += 1
    }

    private mutating func literal(_ text: String, _ kind: Kind) throws(JSONSyntaxError) -> Kind {
        let word = text.utf8
        guard bytes[position...].starts(with: word) else {
            throw JSONSyntaxError(reason: .unexpectedByte, offset: position)
        }
        position += word.count
        return kind
    }

    /// The index after the escape sequence that begins at `index`.
    private func escape(at index: Int) throws(JSONSyntaxError) -> Int {
        guard index + 1 < bytes.count else { throw JSONSyntaxError(reason: .unexpectedEnd, offset: index) }
        switch bytes[index + 1] {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"),
            UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
            return index + 2
        case UInt8(ascii: "u"):
            guard index + 6 <= bytes.count, bytes[(index + 2)..<(index + 6)].allSatisfy(Self.isHexadecimal) else {
                throw JSONSyntaxError(reason: .badEscape, offset: index)
            }
            return index + 6
        default:
            throw JSONSyntaxError(reason: .badEscape, offset: index)
        }
    }

    private mutating func number() throws(JSONSyntaxError) {
        let start = position
        if position < bytes.count, bytes[position] == UInt8(ascii: "-") { position += 1 }
        let isZero = position < bytes.count && bytes[position] == UInt8(ascii: "0")
        let whole = digits()
        guard whole > 0 else {
            throw JSONSyntaxError(reason: start == position ? .unexpectedByte : .badNumber, offset: start)
        }
        guard whole == 1 || !isZero else { throw JSONSyntaxError(reason: .badNumber, offset: start) }
        if position < bytes.count, bytes[position] == UInt8(ascii: ".") {
            position += 1
            guard digits() > 0 else { throw JSONSyntaxError(reason: .badNumber, offset: start) }
        }
        if position < bytes.count, bytes[position] | 0x20 == UInt8(ascii: "e") {
            position += 1
            if position < bytes.count, bytes[position] == UInt8(ascii: "+") || bytes[position] == UInt8(ascii: "-") {
                position += 1
            }
            guard digits() > 0 else { throw JSONSyntaxError(reason: .badNumber, offset: start) }
        }
    }

    private mutating func digits() -> Int {
        let start = position
        while position < bytes.count, (0x30...0x39).contains(bytes[position]) { position += 1 }
        return position - start
    }

    private static func isHexadecimal(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x46, 0x61...0x66: true
        default: false
        }
    }
}
