/// A JSON object as it arrived, with the means to read a few of its members where they stand.
struct JSONDocument {
    /// A member's value, by its place in the text.
    struct Value: Equatable {
        let kind: JSONCursor.Kind
        let range: Range<Int>
    }

    let bytes: [UInt8]

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// Checks the whole text and calls `body` with every member of the object it is.
    ///
    /// - Throws: When the text is not UTF-8, not JSON, or not an object. `body` may have been called before that.
    func scan(_ body: (borrowing Key, Value) -> Void) throws(JSONSyntaxError) {
        try scan(in: bytes.indices, body)
    }

    /// The same of an object that is a part of the text, from which nothing else is read.
    ///
    /// - Throws: Offsets count from the start of the whole text.
    func scan(in range: Range<Int>, _ body: (borrowing Key, Value) -> Void) throws(JSONSyntaxError) {
        try checkEncoding(in: range)
        var cursor = JSONCursor(bytes, at: range.lowerBound)
        cursor.skipWhitespace()
        guard cursor.position < range.upperBound else {
            throw JSONSyntaxError(reason: .unexpectedEnd, offset: range.upperBound)
        }
        guard try cursor.peek() == UInt8(ascii: "{") else {
            throw JSONSyntaxError(reason: .notAnObject, offset: cursor.position)
        }
        try walk(&cursor, body)
        guard cursor.position <= range.upperBound else {
            throw JSONSyntaxError(reason: .unexpectedEnd, offset: range.upperBound)
        }
        guard bytes[cursor.position..<range.upperBound].allSatisfy(JSONCursor.isWhitespace) else {
            throw JSONSyntaxError(reason: .trailingBytes, offset: cursor.position)
        }
    }

    /// Calls `body` with every member of an object inside a document that `scan` has checked.
    func members(of value: Value, _ body: (borrowing Key, Value) -> Void) {
        guard value.kind == .object else { return }
        var cursor = JSONCursor(bytes, at: value.range.lowerBound)
        // The grammar was checked, so this cannot fail.
        do { try walk(&cursor, body) } catch {}
    }

    /// Calls `body` with every element of an array inside a document that `scan` has checked.
    func elements(of value: Value, _ body: (Value) -> Void) {
        guard value.kind == .array else { return }
        var cursor = JSONCursor(bytes, at: value.range.lowerBound)
        // The grammar was checked, so this cannot fail.
        do {
            try cursor.forEachElement { (cursor) throws(JSONSyntaxError) in
                let start = cursor.position
                let kind = try cursor.skipValue()
                body(Value(kind: kind, range: start..<cursor.position))
            }
        } catch {}
    }

    /// Whether an array has no elements.
    func isEmptyArray(_ value: Value) -> Bool {
        value.kind == .array && bytes[value.range].dropFirst().dropLast().allSatisfy(JSONCursor.isWhitespace)
    }

    private func walk(_ cursor: inout JSONCursor, _ body: (borrowing Key, Value) -> Void) throws(JSONSyntaxError) {
        try cursor.forEachMember { (cursor, token) throws(JSONSyntaxError) in
            let start = cursor.position
            let kind = try cursor.skipValue()
            body(Key(document: self, token: token), Value(kind: kind, range: start..<cursor.position))
        }
    }

    /// Fails unless the text is UTF-8.
    func checkEncoding() throws(JSONSyntaxError) {
        try checkEncoding(in: bytes.indices)
    }

    private func checkEncoding(in range: Range<Int>) throws(JSONSyntaxError) {
        do {
            _ = try UTF8Span(validating: bytes.span.extracting(range))
        } catch {
            throw JSONSyntaxError(reason: .notUTF8, offset: range.lowerBound + error.byteOffsets.lowerBound)
        }
    }
}

extension JSONDocument {
    /// The name of a member, compared in place.
    struct Key {
        fileprivate let document: JSONDocument
        fileprivate let token: JSONCursor.StringToken

        /// Whether the name is `name`, also when it is written with escapes.
        func matches(_ name: String) -> Bool {
            if !token.hasEscapes {
                guard token.contents.count == name.utf8.count else { return false }
                var place = token.contents.lowerBound
                for byte in name.utf8 {
                    guard document.bytes[place] == byte else { return false }
                    place += 1
                }
                return true
            }
            return JSONStringDecoder.decode(document.bytes[token.contents]) == name
        }

        /// For a diagnostic; decoded.
        var text: String { JSONStringDecoder.decode(document.bytes[token.contents]) }
    }

    /// The decoded text of a string, nil for another kind.
    func text(of value: Value) -> String? {
        guard value.kind == .string else { return nil }
        return JSONStringDecoder.decode(bytes[(value.range.lowerBound + 1)..<(value.range.upperBound - 1)])
    }

    /// The value of a number without fraction or exponent that fits, nil for anything else.
    func integer(of value: Value) -> Int64? {
        guard value.kind == .number else { return nil }
        return Int64(String(decoding: bytes[value.range], as: UTF8.self))
    }

    /// The value of a literal, nil for anything but `true` and `false`.
    func boolean(of value: Value) -> Bool? {
        guard value.kind == .boolean else { return nil }
        return bytes[value.range.lowerBound] == UInt8(ascii: "t")
    }
}
