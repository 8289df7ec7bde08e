/// One event of a `text/event-stream`.
package struct ServerSentEvent: Sendable, Equatable {
    /// `message` unless the stream named it.
    package var event: String
    /// The data lines joined by line feeds.
    package var data: String
    /// The last id that the stream has set, in this event or an earlier one.
    package var id: String?
    /// Milliseconds to wait before reconnecting, if this event said so.
    package var retry: Int?

    package init(event: String = "message", data: String, id: String? = nil, retry: Int? = nil) {
        self.event = event
        self.data = data
        self.id = id
        self.retry = retry
    }
}
