/// Puts the head of an answer together from the lines that libcurl reports. Pure.
///
/// Interim answers (1xx) are read and forgotten; lines after the head are trailers and are ignored.
struct HeaderReader: Sendable {
    enum Step: Equatable {
        case more
        /// The blank line after the head of a final answer.
        case complete
        case failed(CurlError.Code)
    }

    private(set) var head: ResponseHead?
    private var status = 0
    private var headers = ResponseHeaders()
    private var contentLength: Int?
    private let maximumBytes: Int

    init(maximumBytes: Int) {
        self.maximumBytes = maximumBytes
    }

    /// Takes one line with its line break.
    mutating func take(_ line: some BidirectionalCollection<UInt8>) -> Step {
        guard head == nil else { return .more }
        let trimmed = line.trimmed
        guard let first = line.first, !trimmed.isEmpty else { return endBlock() }
        if trimmed.starts(with: "HTTP/".utf8) { return begin(trimmed) }
        guard headers.byteCount + line.count <= maximumBytes else { return .failed(.headersTooLarge) }
        if first == UInt8(ascii: " ") || first == UInt8(ascii: "\t") {
            headers.extendLast(with: trimmed)
            return .more
        }
        guard let colon = trimmed.firstIndex(of: UInt8(ascii: ":")) else { return .failed(.transferBroken) }
        let name = trimmed[..<colon].trimmed
        let value = trimmed[trimmed.index(after: colon)...].trimmed
        guard !name.isEmpty else { return .failed(.transferBroken) }
        headers.append(name: name, value: value)
        if name.count == 14, name.isSame("content-length") {
            contentLength = Int(String(decoding: value, as: UTF8.self))
        }
        return .more
    }

    private mutating func begin(_ line: some BidirectionalCollection<UInt8>) -> Step {
        let digits = line.drop { $0 != UInt8(ascii: " ") }.dropFirst().prefix(3)
        guard digits.count == 3, let number = Int(String(decoding: digits, as: UTF8.self)) else {
            return .failed(.transferBroken)
        }
        status = number
        headers = ResponseHeaders()
        // A provider's answer has some 20 fields in under 1 KiB.
        headers.reserveCapacity(1_024)
        contentLength = nil
        return .more
    }

    private mutating func endBlock() -> Step {
        guard status > 0 else { return .failed(.transferBroken) }
        guard status >= 200 || status == 101 else { return .more }
        head = ResponseHead(status: status, headers: headers, contentLength: contentLength)
        headers = ResponseHeaders()
        return .complete
    }
}

extension BidirectionalCollection<UInt8> {
    /// Without blanks, tabs and line breaks at either end.
    fileprivate var trimmed: SubSequence {
        var rest = self[...]
        while let first = rest.first, first.isWhitespace { rest.removeFirst() }
        while let last = rest.last, last.isWhitespace { rest.removeLast() }
        return rest
    }

    fileprivate func isSame(_ lowercased: String) -> Bool {
        zip(self, lowercased.utf8).allSatisfy { $0.asciiLowercased == $1 }
    }
}

extension UInt8 {
    fileprivate var isWhitespace: Bool { self == 0x20 || self == 0x09 || self == 0x0d || self == 0x0a }
}
