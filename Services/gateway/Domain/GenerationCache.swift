import Synchronization

/// A bounded map in memory that forgets what was not used for a while.
///
/// Two generations: reads and writes go to the young one; when it is full it becomes the old one, and the old one is
/// dropped. Whatever was used within the last `capacity` different keys is still there; at most twice that is held.
/// An order of use kept exactly would cost a write for every read.
final class GenerationCache<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    private struct Generations {
        var young: [Key: Value] = [:]
        var old: [Key: Value] = [:]
    }

    private let capacity: Int
    private let generations = Mutex(Generations())

    init(capacity: Int) {
        self.capacity = max(capacity, 1)
    }

    subscript(_ key: Key) -> Value? {
        get {
            generations.withLock { generations in
                if let value = generations.young[key] { return value }
                guard let value = generations.old[key] else { return nil }
                Self.store(value, for: key, in: &generations, capacity)
                return value
            }
        }
        set {
            generations.withLock { generations in
                guard let newValue else {
                    generations.young[key] = nil
                    generations.old[key] = nil
                    return
                }
                Self.store(newValue, for: key, in: &generations, capacity)
            }
        }
    }

    /// Changes one value in place, making it first when it is not there; returns what `body` returns.
    func update<Result>(_ key: Key, default initial: @autoclosure () -> Value, _ body: (inout Value) -> Result)
        -> Result
    {
        generations.withLock { generations in
            if generations.young[key] == nil {
                let value = generations.old[key] ?? initial()
                Self.store(value, for: key, in: &generations, capacity)
            }
            return body(&generations.young[key, default: initial()])
        }
    }

    /// The entries of which `matches` is true, without counting as a use of them.
    func entries(_ matches: (Key, Value) -> Bool) -> [Key: Value] {
        generations.withLock { generations in
            var found = generations.old.filter { matches($0.key, $0.value) }
            for (key, value) in generations.young where matches(key, value) { found[key] = value }
            return found
        }
    }

    func removeAll(where matches: (Key, Value) -> Bool) {
        generations.withLock { generations in
            generations.young = generations.young.filter { !matches($0.key, $0.value) }
            generations.old = generations.old.filter { !matches($0.key, $0.value) }
        }
    }

    func removeAll() {
        generations.withLock { $0 = Generations() }
    }

    private static func store(_ value: Value, for key: Key, in generations: inout Generations, _ capacity: Int) {
        if generations.young.count >= capacity, generations.young[key] == nil {
            generations.old = generations.young
            generations.young = [:]
        }
        generations.young[key] = value
        generations.old[key] = nil
    }
}
