import Cryptography
import Synchronization

/// Random numbers fit for cryptography, taken from the system a few kilobytes at a time: each request needs several for
/// its ids, and the system's own generator asks the kernel for every single one.
package struct PooledRandom: RandomNumberGenerator, Sendable {
    private static let wordCount = 512
    private static let pool = Mutex<[UInt64]>([])

    package init() {}

    package mutating func next() -> UInt64 {
        Self.pool.withLock { words in
            if words.isEmpty { words = Self.fresh() }
            // A word is given out once.
            return words.removeLast()
        }
    }

    private static func fresh() -> [UInt64] {
        let bytes = SecureRandom.bytes(8 * wordCount)
        return (0..<wordCount).map { word in
            (0..<8).reduce(0) { $0 << 8 | UInt64(bytes[8 * word + $1]) }
        }
    }
}
