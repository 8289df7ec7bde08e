/// What a subscription receives.
package struct RedisMessage: Sendable, Equatable {
    package let channel: String
    package let payload: [UInt8]
    /// True for the notice, with an empty payload, that messages before this one may have been missed: the
    /// subscription begins, was restored after its connection broke, or its reader was too slow. A cache that relies
    /// on the channel for invalidation empties itself then.
    package let isGap: Bool

    package init(channel: String, payload: [UInt8]) {
        self.channel = channel
        self.payload = payload
        isGap = false
    }

    private init(gapIn channel: String) {
        self.channel = channel
        payload = []
        isGap = true
    }

    package static func gap(in channel: String) -> RedisMessage {
        RedisMessage(gapIn: channel)
    }

    /// The payload as text, with replacement characters for what is not UTF-8.
    package var text: String { String(decoding: payload, as: UTF8.self) }
}
