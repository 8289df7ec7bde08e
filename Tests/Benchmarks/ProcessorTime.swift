import Glibc

/// What this process has used of the processors.
enum ProcessorTime {
    /// User and system time of all threads.
    static func used() -> Duration {
        var usage = rusage()
        unsafe getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        let microseconds = [usage.ru_utime, usage.ru_stime].reduce(0) { $0 + $1.tv_sec * 1_000_000 + Int($1.tv_usec) }
        return .microseconds(microseconds)
    }
}
