/// Where a request is in a distributed trace (W3C Trace Context, `traceparent` version 00).
package struct TraceContext: Sendable, Equatable {
    /// 32 lower-case hexadecimal digits, not all zero.
    package let traceID: String
    /// 16 lower-case hexadecimal digits, not all zero: the caller's span until `child` makes ours.
    package let spanID: String
    package let isSampled: Bool

    package init(traceID: String, spanID: String, isSampled: Bool) {
        self.traceID = traceID
        self.spanID = spanID
        self.isSampled = isSampled
    }

    /// The start of a new trace.
    package static func root(isSampled: Bool = true) -> TraceContext {
        var generator = SystemRandomNumberGenerator()
        return root(isSampled: isSampled, using: &generator)
    }

    package static func root(
        isSampled: Bool = true, using generator: inout some RandomNumberGenerator
    ) -> TraceContext {
        let traceID = hexadecimal(generator.next() | 1, generator.next())
        return TraceContext(traceID: traceID, spanID: hexadecimal(generator.next() | 1), isSampled: isSampled)
    }

    /// A span of ours below this one.
    package func child() -> TraceContext {
        var generator = SystemRandomNumberGenerator()
        let spanID = Self.hexadecimal(generator.next() | 1)
        return TraceContext(traceID: traceID, spanID: spanID, isSampled: isSampled)
    }

    package var traceparent: String { "00-\(traceID)-\(spanID)-\(isSampled ? "01" : "00")" }

    /// Nil for what the standard calls invalid; versions after 00 are read by the rules of 00.
    package init?(traceparent: String) {
        let parts = traceparent.utf8.split(separator: 0x2D, omittingEmptySubsequences: false)
        guard parts.count >= 4, parts[0].count == 2, parts[1].count == 32, parts[2].count == 16, parts[3].count == 2
        else { return nil }
        let text = parts.prefix(4).compactMap { String($0) }
        guard text.allSatisfy({ $0.utf8.allSatisfy(Self.isHexadecimal) }), text[0] != "ff" else { return nil }
        guard text[0] != "00" || parts.count == 4 else { return nil }
        guard text[1].contains(where: { $0 != "0" }), text[2].contains(where: { $0 != "0" }) else { return nil }
        guard let flags = UInt8(text[3], radix: 16) else { return nil }
        self.init(traceID: text[1], spanID: text[2], isSampled: flags & 1 == 1)
    }

    private static func isHexadecimal(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x61...0x66).contains(byte)
    }

    private static func hexadecimal(_ words: UInt64...) -> String {
        var digits: [UInt8] = []
        digits.reserveCapacity(32)
        for word in words {
            for shift in stride(from: UInt64(60), through: 0, by: -4) {
                let digit = UInt8(truncatingIfNeeded: word >> shift) & 0x0F
                digits.append(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10)
            }
        }
        return String(decoding: digits, as: UTF8.self)
    }
}
