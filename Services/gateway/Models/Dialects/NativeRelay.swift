/// Passes a stream on, event by event as it came, from a provider that speaks the client's dialect.
struct NativeRelay<Reader: NativeEventReader>: AnswerRelay {
    private var framer = EventFramer()
    private var reader: Reader
    private(set) var ending: [UInt8] = []
    private(set) var isComplete = false

    init(_ reader: Reader) {
        self.reader = reader
    }

    var usage: TokenUsage? { reader.usage }
    var contentPieces: Int64 { reader.contentPieces }
    var hasContent: Bool { reader.contentPieces > 0 }
    var failure: ProviderFailure? { reader.failure }

    mutating func feed(_ bytes: [UInt8]) throws(RelayFailure) -> [UInt8] {
        framer.add(bytes)
        var output: [UInt8] = []
        // The events that pass, as long as they stand side by side: most often all that arrived.
        var run = 0..<0
        while let event = try framer.next() {
            guard try passes(event) else { continue }
            if run.upperBound == event.range.lowerBound {
                run = run.lowerBound..<event.range.upperBound
            } else {
                output.append(contentsOf: framer.buffer[run])
                run = event.range
            }
        }
        if run.count == framer.buffer.count { return framer.buffer }
        output.append(contentsOf: framer.buffer[run])
        return output
    }

    /// Some servers do not write the blank line after the last event.
    mutating func finish() throws(RelayFailure) -> [UInt8] {
        guard framer.hasPartialEvent, !isComplete, failure == nil else { return [] }
        let data = framer.data(of: framer.partialEvent)
        guard !data.isEmpty, reader.isEnd(data) else { return [] }
        isComplete = true
        ending = Array(framer.buffer[framer.partialEvent.range]) + Array("\n\n".utf8)
        return []
    }

    private static var done: [UInt8] { Array("[DONE]".utf8) }

    private mutating func passes(_ event: EventFramer.Event) throws(RelayFailure) -> Bool {
        guard reader.failure == nil else { return false }
        let data = framer.data(of: event)
        // A comment, which keeps the connection alive.
        guard !data.isEmpty else { return !isComplete }
        guard !isComplete else {
            // Some servers write it after the end of every kind of stream.
            guard data.equals(Self.done) else { throw .continuedAfterEnd }
            return false
        }
        switch try reader.read(data) {
        case .pass: return true
        case .hide: return false
        case .end:
            isComplete = true
            ending = Array(framer.buffer[event.range])
            return false
        }
    }
}

/// Reads from one dialect's events what the gateway has to know.
protocol NativeEventReader: Sendable {
    var usage: TokenUsage? { get }
    /// Events with content, about one token each.
    var contentPieces: Int64 { get }
    var failure: ProviderFailure? { get }

    mutating func read(_ data: EventData) throws(RelayFailure) -> NativeEvent

    /// Whether this is the event that ends the answer; asked about an event that may be cut off.
    func isEnd(_ data: EventData) -> Bool
}

enum NativeEvent {
    case pass
    /// Not for the client: an error, or what the gateway asked for and the client did not.
    case hide
    /// By it the client knows that the answer is complete.
    case end
}
