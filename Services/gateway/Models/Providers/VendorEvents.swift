import CurlClient

/// Takes the JSON objects out of a provider's `text/event-stream`.
struct VendorEvents: Sendable {
    /// One event: its name, and its data as JSON; nil for data that is not JSON, such as OpenAI's `[DONE]`.
    struct Event: Sendable {
        let name: String
        let data: String
        let value: JSONValue?

        /// - Throws: When the data is not a JSON object.
        func object() throws(TranslationError) -> JSONValue {
            guard let value, value.members != nil else { throw .malformedAnswer("an event is not a JSON object") }
            return value
        }
    }

    private var parser = ServerSentEventParser()

    /// Whether the stream, if it ended here, would have cut an event short.
    var isInsideEvent: Bool { parser.isInsideEvent }

    /// The events that `bytes` complete.
    mutating func feed(_ bytes: [UInt8]) throws(TranslationError) -> [Event] {
        let events: [ServerSentEvent]
        do {
            events = try parser.feed(bytes)
        } catch {
            throw .malformedAnswer("an event is too large")
        }
        return events.map { Event(name: $0.event, data: $0.data, value: try? JSONValue(parsing: Array($0.data.utf8))) }
    }
}

extension JSONValue {
    /// The object that a complete answer is.
    static func answer(_ body: [UInt8]) throws(TranslationError) -> JSONValue {
        let value: JSONValue
        do {
            value = try JSONValue(parsing: body)
        } catch {
            throw .malformedAnswer("not JSON: \(error.reason.rawValue)")
        }
        guard value.members != nil else { throw .malformedAnswer("not a JSON object") }
        return value
    }

    /// Whether nothing is said by it: null, false, an empty text, list or object.
    var isNothing: Bool {
        switch self {
        case .null, .boolean(false), .string(""), .array([]), .object([]): true
        default: false
        }
    }

    /// The object that a tool call's arguments are; none of them are an empty object.
    ///
    /// - Throws: When a model wrote something else, which vendors that take objects cannot be told.
    static func arguments(of call: ContentPart.ToolCall) throws(TranslationError) -> JSONValue {
        if call.arguments.utf8.allSatisfy({ $0 <= 0x20 }) { return .object([]) }
        guard let value = try? JSONValue(parsing: Array(call.arguments.utf8)), value.members != nil else {
            throw .invalid(
                parameter: "messages", "the arguments of the tool call '\(call.id.prefix(100))' are not a JSON object")
        }
        return value
    }

    /// The compact text as a string.
    var compactText: String { String(decoding: text, as: UTF8.self) }
}
