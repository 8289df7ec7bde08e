/// Cuts a text that arrives in pieces into its lines, and knows where in the whole each began.
struct LineSplitter {
    struct Line: Equatable {
        /// Of its first byte in the whole text.
        let offset: Int64
        /// Without the line feed, and without a carriage return before it.
        let bytes: [UInt8]
    }

    /// A line is longer than a line may be.
    struct TooLong: Error, Equatable {}

    private let maximumBytes: Int
    private var pending: [UInt8] = []
    private var offset: Int64 = 0

    init(maximumBytes: Int) {
        self.maximumBytes = maximumBytes
    }

    /// The lines that end in this piece.
    mutating func append(_ piece: [UInt8]) throws(TooLong) -> [Line] {
        var lines: [Line] = []
        var start = 0
        while let end = piece[start...].firstIndex(of: UInt8(ascii: "\n")) {
            pending += piece[start..<end]
            lines.append(try take(terminator: 1))
            start = end + 1
        }
        pending += piece[start...]
        guard pending.count <= maximumBytes else { throw TooLong() }
        return lines
    }

    /// What is left when nothing more comes; nil when the text ended with a line feed.
    mutating func finish() throws(TooLong) -> Line? {
        pending.isEmpty ? nil : try take(terminator: 0)
    }

    private mutating func take(terminator: Int64) throws(TooLong) -> Line {
        let began = offset
        offset += Int64(pending.count) + terminator
        defer { pending.removeAll(keepingCapacity: true) }
        guard pending.count <= maximumBytes else { throw TooLong() }
        if pending.last == UInt8(ascii: "\r") { return Line(offset: began, bytes: Array(pending.dropLast())) }
        return Line(offset: began, bytes: pending)
    }
}
