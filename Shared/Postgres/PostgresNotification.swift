/// What `NOTIFY` sent, or word that some of it may have been missed.
package struct PostgresNotification: Sendable, Equatable {
    package let channel: String
    /// At most 8,000 bytes; the server refuses more.
    package let payload: String
    /// True for the first element after the listener (re)connected or fell behind: notifications before it may be
    /// lost, so whatever they keep up to date has to be read anew. `payload` is empty then.
    package let mayHaveMissed: Bool
}
