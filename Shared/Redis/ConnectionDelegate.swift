/// What a connection tells whoever uses it, on the reactor's thread.
protocol ConnectionDelegate: AnyObject {
    /// The server has greeted back; commands may be sent.
    func connectionIsReady()
    /// An answer or message that is not part of the greeting.
    func connectionReceived(_ reply: RedisValue)
    /// The attempt failed or the connection broke; what was under way has no answer.
    func connectionBroke(_ error: RedisError)
    /// The last word, after `close`.
    func connectionIsClosed()
}
