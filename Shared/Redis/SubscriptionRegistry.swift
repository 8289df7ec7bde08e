/// Who listens to which channel. Pure: it says what to tell the server, and to whom a message goes.
struct SubscriptionRegistry<Listener> {
    private var channels: [String: [UInt64: Listener]] = [:]

    var channelNames: [String] { channels.keys.sorted() }
    var isEmpty: Bool { channels.isEmpty }

    /// True when the channel is new and the server has to be told.
    mutating func add(_ listener: Listener, id: UInt64, to channel: String) -> Bool {
        let isNew = channels[channel] == nil
        channels[channel, default: [:]][id] = listener
        return isNew
    }

    /// True when that was the last listener of the channel and the server has to be told.
    mutating func remove(id: UInt64, from channel: String) -> Bool {
        guard channels[channel]?.removeValue(forKey: id) != nil, channels[channel]?.isEmpty == true else {
            return false
        }
        channels[channel] = nil
        return true
    }

    func listeners(to channel: String) -> [Listener] {
        channels[channel].map { $0.sorted { $0.key < $1.key }.map(\.value) } ?? []
    }

    mutating func removeAll() -> [Listener] {
        defer { channels = [:] }
        return channels.values.flatMap(\.values)
    }
}
