/// Why an event stream cannot be read on.
package enum ServerSentEventError: Error, Equatable {
    /// One event is larger than the parser holds.
    case eventTooLarge(maximumBytes: Int)
}
