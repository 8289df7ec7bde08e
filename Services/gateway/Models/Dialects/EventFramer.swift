/// Cuts a stream of server-sent events (WHATWG HTML, "Server-sent events") into whole events, where they stand.
///
/// Bytes that arrive on an event's boundary, which is nearly always, are not copied.
struct EventFramer {
    /// An event larger than this is refused; tool calls and log probabilities stay far below, and so does a whole
    /// answer at the end of a stream of responses.
    static let maximumEventBytes = 4 << 20

    /// One event: its place in `buffer`, the blank line at its end included.
    struct Event {
        let range: Range<Int>
        /// The end of its first line, without the line feed.
        let firstLineEnd: Int
        /// Whether nothing but the blank line follows the first one.
        let hasOneLine: Bool
    }

    private(set) var buffer: [UInt8] = []
    private var eventStart = 0
    private var lineStart = 0
    private var searched = 0
    /// Of the event that has begun.
    private var lines = 0
    private var firstLineEnd = 0

    /// Whether an event has begun that has not ended.
    var hasPartialEvent: Bool { eventStart < buffer.count }

    /// Events that were returned before are forgotten, and their places with them.
    mutating func add(_ bytes: [UInt8]) {
        if eventStart == buffer.count {
            buffer = bytes
            (lineStart, searched) = (0, 0)
        } else {
            buffer.removeFirst(eventStart)
            lineStart -= eventStart
            firstLineEnd -= eventStart
            searched -= eventStart
            buffer.append(contentsOf: bytes)
        }
        eventStart = 0
    }

    /// The next whole event; nil when more bytes are needed.
    mutating func next() throws(RelayFailure) -> Event? {
        while searched < buffer.count {
            let lineEnd = lineFeed(from: searched)
            searched = lineEnd
            guard lineEnd < buffer.count else { break }
            searched += 1
            let line = lineStart..<lineEnd
            lineStart = lineEnd + 1
            let isBlank = line.isEmpty || (line.count == 1 && buffer[line.lowerBound] == 0x0D)
            if lines == 0 { firstLineEnd = lineEnd }
            lines += 1
            guard isBlank else { continue }
            defer { (eventStart, lines) = (lineStart, 0) }
            return Event(range: eventStart..<lineStart, firstLineEnd: firstLineEnd, hasOneLine: lines == 2)
        }
        guard buffer.count - eventStart <= Self.maximumEventBytes else { throw .eventTooLarge }
        return nil
    }

    /// Where the next line feed stands, or the end of the bytes.
    private func lineFeed(from start: Int) -> Int {
        let bytes = buffer.span
        var index = start
        while index < bytes.count, bytes[index] != UInt8(ascii: "\n") { index += 1 }
        return index
    }

    /// What has begun and not ended, as if it had.
    var partialEvent: Event {
        Event(range: eventStart..<buffer.count, firstLineEnd: eventStart, hasOneLine: false)
    }

    /// The value of an event's `data` fields.
    func data(of event: Event) -> EventData {
        if event.hasOneLine, let value = value(of: event.range.lowerBound..<event.firstLineEnd) {
            return EventData(bytes: buffer, range: value)
        }
        return joinedData(of: event.range)
    }

    private func joinedData(of event: Range<Int>) -> EventData {
        var single: Range<Int>?
        var joined: [UInt8]?
        var start = event.lowerBound
        while start < event.upperBound {
            let line = start..<end(ofLineAt: start, in: event)
            start = line.upperBound + 1
            guard let value = value(of: line) else { continue }
            if let first = single {
                // Several lines are one value, joined by line feeds. No provider is known to send them.
                var bytes = joined ?? Array(buffer[first])
                bytes.append(UInt8(ascii: "\n"))
                bytes.append(contentsOf: buffer[value])
                joined = bytes
            } else {
                single = value
            }
        }
        if let joined { return EventData(bytes: joined, range: 0..<joined.count) }
        return EventData(bytes: buffer, range: single ?? event.upperBound..<event.upperBound)
    }

    private func end(ofLineAt start: Int, in event: Range<Int>) -> Int {
        var index = start
        while index < event.upperBound, buffer[index] != UInt8(ascii: "\n") { index += 1 }
        return index
    }

    /// The value of a line that is a `data` field.
    private func value(of line: Range<Int>) -> Range<Int>? {
        var end = line.upperBound
        if end > line.lowerBound, buffer[end - 1] == 0x0D { end -= 1 }
        var start = line.lowerBound
        for byte in "data".utf8 {
            guard start < end, buffer[start] == byte else { return nil }
            start += 1
        }
        guard start < end else { return end..<end }
        guard buffer[start] == UInt8(ascii: ":") else { return nil }
        start += 1
        if start < end, buffer[start] == 0x20 { start += 1 }
        return start..<end
    }
}

/// The data of an event, where it stands.
struct EventData {
    let bytes: [UInt8]
    let range: Range<Int>

    var isEmpty: Bool { range.isEmpty }

    func equals(_ text: [UInt8]) -> Bool {
        range.count == text.count && bytes[range].elementsEqual(text)
    }

    /// Calls `body` with every member of the object that the data is.
    ///
    /// - Throws: `RelayFailure.malformed` when it is no JSON object.
    func scan(_ body: (JSONDocument, borrowing JSONDocument.Key, JSONDocument.Value) -> Void) throws(RelayFailure) {
        let document = JSONDocument(bytes)
        do {
            try document.scan(in: range) { key, value in body(document, key, value) }
        } catch {
            throw .malformed("\(error.reason.rawValue) at byte \(error.offset - range.lowerBound)")
        }
    }
}
