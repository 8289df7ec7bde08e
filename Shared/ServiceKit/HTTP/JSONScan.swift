/// Looks through the bytes of a JSON text for what Foundation's decoder or PostgreSQL would stumble over, before
/// either sees it: nesting past a bound, U+0000 and lone surrogates. It does not validate JSON otherwise.
struct JSONScan {
    enum Fault: Error, Equatable {
        case tooDeep(limit: Int)
        /// PostgreSQL cannot store U+0000 in text.
        case nullCharacter(path: String)
        /// `\ud83d` without its other half is not text.
        case loneSurrogate(path: String)
    }

    /// Deeper than any body of ours by far, and far from the stack's end.
    static let maximumDepth = 64

    private let bytes: [UInt8]
    private var index = 0
    private var depth = 0

    private init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    static func check(_ bytes: [UInt8]) throws(Fault) {
        var scan = JSONScan(bytes)
        try scan.run()
    }

    private mutating func run() throws(Fault) {
        while index < bytes.count {
            switch bytes[index] {
            case UInt8(ascii: "\""): try skipString()
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                depth += 1
                guard depth <= Self.maximumDepth else { throw .tooDeep(limit: Self.maximumDepth) }
            case UInt8(ascii: "}"), UInt8(ascii: "]"): depth -= 1
            default: break
            }
            index += 1
        }
    }

    /// Ends on the closing quote.
    private mutating func skipString() throws(Fault) {
        let start = index
        index += 1
        while index < bytes.count, bytes[index] != UInt8(ascii: "\"") {
            if bytes[index] == UInt8(ascii: "\\") {
                try checkEscape(stringStart: start)
            } else {
                index += 1
            }
        }
    }

    private mutating func checkEscape(stringStart: Int) throws(Fault) {
        guard let unit = escapedUnit(at: index) else {
            index += 2
            return
        }
        index += 6
        switch unit {
        case 0:
            throw .nullCharacter(path: JSONPath.path(in: bytes, at: stringStart))
        case 0xD800..<0xDC00:
            guard let low = escapedUnit(at: index), (0xDC00..<0xE000).contains(low) else {
                throw .loneSurrogate(path: JSONPath.path(in: bytes, at: stringStart))
            }
            index += 6
        case 0xDC00..<0xE000:
            throw .loneSurrogate(path: JSONPath.path(in: bytes, at: stringStart))
        default: break
        }
    }

    /// The code unit of `\uXXXX`, nil for every other escape or text.
    private func escapedUnit(at position: Int) -> UInt16? {
        guard position + 5 < bytes.count, bytes[position] == UInt8(ascii: "\\"),
            bytes[position + 1] == UInt8(ascii: "u")
        else { return nil }
        return UInt16(String(decoding: bytes[position + 2..<position + 6], as: UTF8.self), radix: 16)
    }
}
