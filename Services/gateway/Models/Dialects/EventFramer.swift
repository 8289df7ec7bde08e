/// Cuts a stream of server-sent events (WHATWG HTML, "Server-sent events") into whole events, where they stand.
///
/// Bytes that arrive on an event's boundary, which is nearly always, are not copied.
struct EventFramer {
    /// An event larger than this is refused; tool calls and log probabilities stay far below, and so does a whole
    /// answer at the end of a stream of responses.
    static let maximumEventBytes = 4 << 20

    /// One event: its place in `buffer`, the blank line at its end included.
    typealias Event = Range<Int>

    private(set) var buffer: [UInt8] = []
    private var eventStart = 0
    private var lineStart = 0
    private var searched = 0

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
            searched -= eventStart
            buffer.append(contentsOf: bytes)
        }
        eventStart = 0
    }

    /// The next whole event; nil when more bytes are needed.
    mutating func next() throws(RelayFailure) -> Event? {
        let end = buffer.count
        while searched < end {
            guard buffer[searched] == UInt8(ascii: "\n") else {
                searched += 1
                continue
            }
            let isBlank = searched == lineStart || (searched == lineStart + 1 && buffer[lineStart] == 0x0D)
            searched += 1
            lineStart = searched
            guard isBlank else { continue }
            defer { eventStart = searched }
            return eventStart..<searched
        }
        guard end - eventStart <= Self.maximumEventBytes else { throw .eventTooLarge }
        return nil
    }

    /// What has begun and not ended, as if it had.
    var partialEvent: Event { eventStart..<buffer.count }

    /// The value of an event's `data` fields.
    func data(of event: Event) -> EventData {
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

    private func end(ofLineAt start: Int, in event: Event) -> Int {
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
