/// A bucket that so much a minute flows into, evenly.
///
/// Exact: an item is 60,000,000 units, of which `rate` flow in with every microsecond, so that nothing is rounded and
/// nothing drifts, whatever the rate and however often it is asked.
struct MinuteBucket: Sendable, Equatable {
    /// How fast it fills, and how much it holds.
    struct Shape: Sendable, Equatable {
        /// Items a minute.
        let rate: Int64
        /// Items.
        let burst: Int64

        init(rate: Int64, burst: Int64) {
            self.rate = min(max(rate, 1), MinuteBucket.maximumRate)
            self.burst = min(max(burst, 1), self.rate)
        }

        fileprivate var capacity: Int64 { burst * MinuteBucket.unitsPerItem }
    }

    /// Ten billion a minute: past what any provider gives, and the arithmetic stays within 64 bits.
    static let maximumRate: Int64 = 10_000_000_000
    private static let unitsPerItem: Int64 = 60_000_000
    /// Two minutes fill a bucket of at most a minute's worth from the deepest debt of as much.
    private static let longestFill: Int64 = 2 * unitsPerItem

    /// Full at first. Below zero when calls used more than was asked for them.
    private var level: Int64 = .max
    private var updatedAt: Int64 = .min

    /// Brings the level to that of `now`, in microseconds of any clock that does not go back.
    mutating func refill(_ shape: Shape, at now: Int64) {
        guard level < shape.capacity else {
            level = shape.capacity
            updatedAt = max(updatedAt, now)
            return
        }
        guard now > updatedAt else { return }
        let elapsed = now.subtractingReportingOverflow(updatedAt)
        let filled = (elapsed.overflow ? Self.longestFill : min(elapsed.partialValue, Self.longestFill)) * shape.rate
        level = min(shape.capacity, level + filled)
        updatedAt = now
    }

    /// How many whole items are there; never negative. After `refill`.
    var items: Int64 { max(0, level) / Self.unitsPerItem }

    /// Microseconds until `amount` items are there; zero when they are. After `refill`.
    func wait(for amount: Int64, _ shape: Shape) -> Int64 {
        let missing = min(amount, shape.burst) * Self.unitsPerItem - level
        return missing <= 0 ? 0 : (missing + shape.rate - 1) / shape.rate
    }

    /// Takes items, or gives them back when negative. What was used beyond what was there becomes a debt of one bucket
    /// at most, so that one wrong figure shuts nobody out for longer than a minute.
    mutating func take(_ amount: Int64, _ shape: Shape) {
        let bounded = min(max(amount, -2 * shape.burst), 2 * shape.burst)
        level = min(shape.capacity, max(-shape.capacity, level - bounded * Self.unitsPerItem))
    }
}
