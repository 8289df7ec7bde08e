/// Reads the lines of a head, strictly. Ranges are places in the bytes.
struct DirectHeadReader {
    private let bytes: [UInt8]
    private let end: Int
    private(set) var position = 0

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        end = min(bytes.count, DirectRequestHead.maximumBytes)
    }

    /// `METHOD target HTTP/1.1`, nil for anything else.
    mutating func requestLine() -> (method: Range<Int>, target: Range<Int>)? {
        let start = position
        while position < end, bytes[position] >= 0x41, bytes[position] <= 0x5A { position += 1 }
        let method = start..<position
        guard !method.isEmpty, take(0x20) else { return nil }
        let targetStart = position
        // An absolute form or `*` is not what a client of ours sends.
        guard position < end, bytes[position] == UInt8(ascii: "/") else { return nil }
        while position < end, bytes[position] > 0x20, bytes[position] < 0x7F { position += 1 }
        let target = targetStart..<position
        for byte in " HTTP/1.1\r\n".utf8 {
            guard take(byte) else { return nil }
        }
        return (method, target)
    }

    /// The next field; the inner value is nil at the empty line. Nil for what is not whole or not plain.
    mutating func field() -> (name: Range<Int>, value: Range<Int>)?? {
        guard position < end else { return nil }
        if bytes[position] == 0x0D {
            position += 1
            return take(0x0A) ? .some(nil) : nil
        }
        let start = position
        while position < end, Self.isToken(bytes[position]) { position += 1 }
        let name = start..<position
        guard !name.isEmpty, take(UInt8(ascii: ":")) else { return nil }
        while position < end, Self.isBlank(bytes[position]) { position += 1 }
        let valueStart = position
        while position < end, Self.isPrintable(bytes[position]) { position += 1 }
        var valueEnd = position
        guard take(0x0D), take(0x0A) else { return nil }
        while valueEnd > valueStart, Self.isBlank(bytes[valueEnd - 1]) { valueEnd -= 1 }
        return .some((name, valueStart..<valueEnd))
    }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard position < end, bytes[position] == byte else { return false }
        position += 1
        return true
    }

    private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }

    private static func isPrintable(_ byte: UInt8) -> Bool { (byte >= 0x20 && byte < 0x7F) || byte == 0x09 }

    /// RFC 9110 §5.6.2.
    private static func isToken(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x61...0x7A, 0x41...0x5A, 0x30...0x39, 0x2D, 0x5F: true
        case 0x21, 0x23...0x27, 0x2A, 0x2B, 0x2E, 0x5E, 0x60, 0x7C, 0x7E: true
        default: false
        }
    }
}
