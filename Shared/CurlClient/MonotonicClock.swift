import Glibc

/// Nanoseconds of the clock by which the reactor runs its timers.
enum MonotonicClock {
    static func nanoseconds() -> UInt64 {
        var now = timespec()
        unsafe clock_gettime(CLOCK_MONOTONIC, &now)
        return UInt64(now.tv_sec) * 1_000_000_000 + UInt64(now.tv_nsec)
    }
}
