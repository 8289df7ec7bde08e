/// Takes a `text/event-stream` apart (WHATWG HTML, section 9.2.6), however the bytes are cut into chunks.
///
/// Pure: feed it bytes, get the events that they complete. Holds at most one unfinished event, up to
/// `maximumEventBytes`.
package struct ServerSentEventParser: Sendable {
    private let maximumEventBytes: Int
    private var line: [UInt8] = []
    private var data: [UInt8] = []
    private var hasData = false
    private var event = ""
    private var lastID: String?
    private var retry: Int?
    private var skipsLineFeed = false
    private var isAtStart = true

    /// - Parameter maximumEventBytes: 1 MiB is more than any model provider sends in one event.
    package init(maximumEventBytes: Int = 1 << 20) {
        self.maximumEventBytes = maximumEventBytes
    }

    /// Whether the stream, if it ended here, would have cut an event short.
    package var isInsideEvent: Bool { !line.isEmpty || hasData || !event.isEmpty }

    /// The events that `bytes` complete. Throws when one grows past the bound; the parser is then of no more use.
    package mutating func feed(_ bytes: [UInt8]) throws(ServerSentEventError) -> [ServerSentEvent] {
        var events: [ServerSentEvent] = []
        var start = 0
        if skipsLineFeed, let first = bytes.first {
            skipsLineFeed = false
            if first == UInt8(ascii: "\n") { start = 1 }
        }
        var index = start
        while index < bytes.count {
            let byte = bytes[index]
            guard byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") else {
                index += 1
                continue
            }
            try keep(bytes[start..<index])
            endLine(into: &events)
            index += 1
            if byte == UInt8(ascii: "\r") {
                if index == bytes.count {
                    skipsLineFeed = true
                } else if bytes[index] == UInt8(ascii: "\n") {
                    index += 1
                }
            }
            start = index
        }
        try keep(bytes[start...])
        return events
    }

    private mutating func keep(_ bytes: ArraySlice<UInt8>) throws(ServerSentEventError) {
        guard line.count + data.count + bytes.count <= maximumEventBytes else {
            throw .eventTooLarge(maximumBytes: maximumEventBytes)
        }
        line += bytes
    }

    private mutating func endLine(into events: inout [ServerSentEvent]) {
        if isAtStart {
            isAtStart = false
            if line.starts(with: [0xef, 0xbb, 0xbf]) { line.removeFirst(3) }
        }
        defer { line.removeAll(keepingCapacity: true) }
        guard !line.isEmpty else {
            dispatch(into: &events)
            return
        }
        let colon = line.firstIndex(of: UInt8(ascii: ":"))
        var value = line[(colon.map { $0 + 1 } ?? line.count)...]
        if value.first == UInt8(ascii: " ") { value.removeFirst() }
        take(field: line[..<(colon ?? line.count)], value: value)
    }

    private mutating func take(field: ArraySlice<UInt8>, value: ArraySlice<UInt8>) {
        if field.elementsEqual("data".utf8) {
            if hasData { data.append(UInt8(ascii: "\n")) }
            data += value
            hasData = true
        } else if field.elementsEqual("event".utf8) {
            event = String(decoding: value, as: UTF8.self)
        } else if field.elementsEqual("id".utf8) {
            if !value.contains(0) { lastID = String(decoding: value, as: UTF8.self) }
        } else if field.elementsEqual("retry".utf8) {
            let isNumber = value.allSatisfy { $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }
            if isNumber, let milliseconds = Int(String(decoding: value, as: UTF8.self)) { retry = milliseconds }
        }
    }

    private mutating func dispatch(into events: inout [ServerSentEvent]) {
        if hasData {
            let text = String(decoding: data, as: UTF8.self)
            let name = event.isEmpty ? "message" : event
            events.append(ServerSentEvent(event: name, data: text, id: lastID, retry: retry))
        }
        data.removeAll(keepingCapacity: true)
        hasData = false
        event = ""
        retry = nil
    }
}
