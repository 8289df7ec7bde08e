/// Passes a stream of chat chunks on, event by event, and reads what the gateway has to know from it.
///
/// A pure state machine: bytes of the provider in, bytes for the client out. Only whole events go out, as they came.
/// The final `[DONE]` is held back, so that the call can be journaled before the client sees its end, and so that a
/// stream that breaks never ends as if it were complete.
struct EventStreamRelay {
    /// An event larger than this is refused; tool calls and log probabilities stay far below.
    static let maximumEventBytes = 1 << 20
    static let ending = Array("data: [DONE]\n\n".utf8)

    enum Failure: Error, Equatable {
        case eventTooLarge
        case malformed(JSONSyntaxError)
        case continuedAfterEnd
    }

    /// The client did not ask for the chunk that carries usage alone (`stream_options.include_usage`), the gateway did.
    let hidesUsageChunk: Bool
    private(set) var usage: TokenUsage?
    /// Chunks with content, about one token each; the estimate when the provider never says.
    private(set) var contentChunks: Int64 = 0
    /// The provider sent its `[DONE]`.
    private(set) var isComplete = false
    /// The provider reported an error inside of the stream; it was passed on.
    private(set) var reportedError = false

    private var pending: [UInt8] = []
    private var searched = 0
    private var lineStart = 0

    init(hidesUsageChunk: Bool) {
        self.hidesUsageChunk = hidesUsageChunk
    }

    /// Whether an event has begun that has not ended.
    var hasPartialEvent: Bool { !pending.isEmpty }

    /// - Returns: What to send to the client now, possibly nothing.
    mutating func feed(_ bytes: [UInt8]) throws(Failure) -> [UInt8] {
        pending.append(contentsOf: bytes)
        var output: [UInt8] = []
        var eventStart = 0
        while searched < pending.count {
            guard pending[searched] == UInt8(ascii: "\n") else {
                searched += 1
                continue
            }
            let isBlank = searched == lineStart || (searched == lineStart + 1 && pending[lineStart] == 0x0D)
            searched += 1
            lineStart = searched
            guard isBlank else { continue }
            let event = pending[eventStart..<searched]
            eventStart = searched
            if try passes(event) { output.append(contentsOf: event) }
        }
        pending.removeFirst(eventStart)
        searched -= eventStart
        lineStart -= eventStart
        guard pending.count <= Self.maximumEventBytes else { throw .eventTooLarge }
        return output
    }

    private mutating func passes(_ event: ArraySlice<UInt8>) throws(Failure) -> Bool {
        let data = Self.data(of: event)
        guard !data.isEmpty else { return !isComplete }
        guard !isComplete else { throw .continuedAfterEnd }
        if data.elementsEqual("[DONE]".utf8) {
            isComplete = true
            return false
        }
        let chunk: ModelAnswer
        do { chunk = try ModelAnswer(data) } catch { throw .malformed(error) }
        if let counted = chunk.usage { usage = counted }
        if chunk.isError { reportedError = true }
        if chunk.hasContent, !chunk.hasNoChoices { contentChunks += 1 }
        return !(hidesUsageChunk && chunk.hasNoChoices && chunk.usage != nil)
    }

    /// The value of the event's `data` fields, joined by line feeds (WHATWG HTML, "Server-sent events").
    private static func data(of event: ArraySlice<UInt8>) -> [UInt8] {
        var data: [UInt8] = []
        for var line in event.split(separator: UInt8(ascii: "\n")) {
            if line.last == 0x0D { line.removeLast() }
            guard line.starts(with: "data:".utf8) else { continue }
            line.removeFirst(5)
            if line.first == 0x20 { line.removeFirst() }
            if !data.isEmpty { data.append(UInt8(ascii: "\n")) }
            data.append(contentsOf: line)
        }
        return data
    }
}
