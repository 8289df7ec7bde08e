/// One spelling for every JSON text that says the same: members sorted by name, no white space between tokens.
///
/// Strings and numbers keep the spelling they have, so `1.0` and `1` differ, as do `"a"` and its escape: a model may
/// answer them differently, and a difference too many costs a miss, one too few a wrong answer. Of members with the same
/// name all are kept, in their order.
struct CanonicalJSON {
    private struct Member {
        /// The name, without its quotes, in the output.
        let name: Range<Int>
        let whole: Range<Int>
    }

    private let input: [UInt8]
    private let leftOut: [String]
    private var output: [UInt8]

    /// Appends the canonical form of `json`, an object, without the members of it that `leavingOut` names.
    ///
    /// - Throws: When the text is not JSON. That it is UTF-8 is the caller's to check.
    static func append(
        _ json: [UInt8], leavingOut names: [String] = [], to output: inout [UInt8]
    ) throws(JSONSyntaxError) {
        var writer = CanonicalJSON(input: json, leftOut: names, output: output)
        // The buffer moves in and out, so that it is never copied.
        output = []
        defer { output = writer.output }
        var cursor = JSONCursor(json)
        cursor.skipWhitespace()
        guard try cursor.peek() == UInt8(ascii: "{") else {
            throw JSONSyntaxError(reason: .notAnObject, offset: cursor.position)
        }
        try writer.object(&cursor, leavesOut: !names.isEmpty)
        try cursor.finish()
    }

    private mutating func value(_ cursor: inout JSONCursor) throws(JSONSyntaxError) {
        switch try cursor.peek() {
        case UInt8(ascii: "{"): try object(&cursor, leavesOut: false)
        case UInt8(ascii: "["): try array(&cursor)
        default:
            let start = cursor.position
            _ = try cursor.skipValue()
            output.append(contentsOf: input[start..<cursor.position])
        }
    }

    private mutating func array(_ cursor: inout JSONCursor) throws(JSONSyntaxError) {
        output.append(UInt8(ascii: "["))
        let start = output.count
        try cursor.forEachElement { (cursor) throws(JSONSyntaxError) in
            try value(&cursor)
            output.append(UInt8(ascii: ","))
        }
        close(UInt8(ascii: "]"), since: start)
    }

    private mutating func object(_ cursor: inout JSONCursor, leavesOut: Bool) throws(JSONSyntaxError) {
        output.append(UInt8(ascii: "{"))
        let start = output.count
        var members: [Member] = []
        var isSorted = true
        try cursor.forEachMember { (cursor, token) throws(JSONSyntaxError) in
            if leavesOut, isLeftOut(token) {
                _ = try cursor.skipValue()
                return
            }
            let begin = output.count
            output.append(UInt8(ascii: "\""))
            output.append(contentsOf: input[token.contents])
            let name = (begin + 1)..<output.count
            output.append(UInt8(ascii: "\""))
            output.append(UInt8(ascii: ":"))
            try value(&cursor)
            output.append(UInt8(ascii: ","))
            if let last = members.last, isBefore(name, last.name) { isSorted = false }
            members.append(Member(name: name, whole: begin..<output.count))
        }
        if !isSorted { sort(members, since: start) }
        close(UInt8(ascii: "}"), since: start)
    }

    private mutating func sort(_ members: [Member], since start: Int) {
        // `sorted` is stable, so equal names keep their order.
        let ordered = members.sorted { isBefore($0.name, $1.name) }
        let text = Array(output[start...])
        output.removeSubrange(start...)
        for member in ordered {
            output.append(contentsOf: text[(member.whole.lowerBound - start)..<(member.whole.upperBound - start)])
        }
    }

    /// Writes the bracket over the comma of the last member or element.
    private mutating func close(_ bracket: UInt8, since start: Int) {
        if output.count > start { output.removeLast() }
        output.append(bracket)
    }

    private func isBefore(_ one: Range<Int>, _ other: Range<Int>) -> Bool {
        output[one].lexicographicallyPrecedes(output[other])
    }

    private func isLeftOut(_ token: JSONCursor.StringToken) -> Bool {
        guard !token.hasEscapes else {
            return leftOut.contains(JSONStringDecoder.decode(input[token.contents]))
        }
        return leftOut.contains {
            $0.utf8.count == token.contents.count && input[token.contents].elementsEqual($0.utf8)
        }
    }
}
