/// What a session tells the connection it serves, on the reactor's thread.
protocol SessionOwner: AnyObject {
    /// The socket is connected.
    func sessionDidConnect()
    /// The next answer in the order of the commands, or a message of a subscription.
    func sessionDidReceive(_ reply: RedisValue)
    /// The session is over and its socket closed; nothing more comes. Not told after `close`.
    func sessionDidEnd(_ reason: String)
}
