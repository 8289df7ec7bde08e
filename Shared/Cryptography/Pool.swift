import Synchronization

/// Idle OpenSSL contexts, because making one costs as much as hashing with it.
///
/// At most `capacity` are kept: as many as threads can hash at once; what comes back beyond that is freed.
final class Pool<Element: AnyObject & Sendable>: Sendable {
    private let idle = Mutex<[Element]>([])
    private let capacity: Int
    private let make: @Sendable () -> Element

    init(capacity: Int = 64, make: @escaping @Sendable () -> Element) {
        self.capacity = capacity
        self.make = make
    }

    /// Lends one element, which nobody else has meanwhile, to `body`.
    func withElement<Result>(_ body: (Element) -> Result) -> Result {
        let element = idle.withLock { $0.popLast() } ?? make()
        defer {
            idle.withLock { idle in
                if idle.count < capacity { idle.append(element) }
            }
        }
        return body(element)
    }
}
