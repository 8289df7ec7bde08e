/// A bounded table that forgets what has not been used for a while, but nothing that is in use.
///
/// Two generations: when the young one is full, or a minute old, it becomes the old one, and of the old one only what is
/// in use is kept. After a minute without use a meter is full again, so forgetting it changes nothing.
struct RecentTable<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    private static var generationMicroseconds: Int64 { 60_000_000 }

    private let capacity: Int
    private let isInUse: @Sendable (Value) -> Bool
    private var young: [Key: Value] = [:]
    private var old: [Key: Value] = [:]
    private var turnedAt: Int64?
    /// How many were kept at the last turn because they were in use: they do not count against the capacity, or a table
    /// with much in use would turn with every new key.
    private var keptCount = 0

    /// - Parameter capacity: Of one generation; at most twice that is held, besides what is in use.
    init(capacity: Int, isInUse: @escaping @Sendable (Value) -> Bool) {
        self.capacity = max(capacity, 1)
        self.isInUse = isInUse
    }

    var count: Int { young.count + old.count }

    subscript(_ key: Key) -> Value? { young[key] ?? old[key] }

    /// Puts a value in, and makes room for it first.
    mutating func set(_ value: Value, for key: Key, at now: Int64) {
        update(key, default: value, at: now) { $0 = value }
    }

    /// Changes a value in place, making it first when it is not there.
    mutating func update<Result>(
        _ key: Key, default initial: @autoclosure () -> Value, at now: Int64, _ body: (inout Value) -> Result
    ) -> Result {
        if young[key] == nil {
            turn(at: now)
            young[key] = old.removeValue(forKey: key) ?? initial()
        }
        return body(&young[key, default: initial()])
    }

    /// Changes a value in place; false when it is not there.
    mutating func updateExisting(_ key: Key, _ body: (inout Value) -> Void) -> Bool {
        if let index = young.index(forKey: key) {
            body(&young.values[index])
            return true
        }
        guard let index = old.index(forKey: key) else { return false }
        body(&old.values[index])
        return true
    }

    private mutating func turn(at now: Int64) {
        let due = turnedAt.map { now - $0 >= Self.generationMicroseconds } ?? false
        if turnedAt == nil { turnedAt = now }
        guard due || young.count - keptCount >= capacity else { return }
        let kept = old.filter { isInUse($0.value) }
        old = young
        young = kept
        keptCount = kept.count
        turnedAt = now
    }
}
