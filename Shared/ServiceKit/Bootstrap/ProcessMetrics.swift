import Contracts
import Foundation
import Observability
import Postgres

/// `process_*` as Prometheus client libraries name them, and `asterism_build_info`.
enum ProcessMetrics {
    static func register(in registry: MetricsRegistry, service: ServiceName) {
        let started = Date().timeIntervalSince1970
        registry.gauge("process_start_time_seconds", help: "When the process began, in Unix time.").set(started)
        registry.gauge("process_resident_memory_bytes", help: "Memory held in RAM.") { residentBytes() }
        registry.gauge("process_open_fds", help: "Open file descriptors.") { openDescriptors() }
        registry.gauge("asterism_build_info", help: "Always 1.", labels: ["service": service.rawValue]).set(1)
    }

    /// The second field of `/proc/self/statm`, in pages.
    private static func residentBytes() -> Double? {
        guard let text = try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8) else { return nil }
        let fields = text.split(separator: " ")
        guard fields.count > 1, let pages = Double(fields[1]) else { return nil }
        return pages * Double(NSPageSize())
    }

    private static func openDescriptors() -> Double? {
        (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")).map { Double($0.count) }
    }
}

/// `db_pool_*`: what the pool counts.
enum PoolMetrics {
    static func register(_ pool: PostgresPool, in registry: MetricsRegistry) {
        registry.gauge("db_pool_connections", help: "Connections by state.", labels: ["state": "idle"]) {
            Double(pool.statistics.idle)
        }
        registry.gauge("db_pool_connections", labels: ["state": "busy"]) { Double(pool.statistics.busy) }
        registry.gauge("db_pool_connections", labels: ["state": "connecting"]) { Double(pool.statistics.connecting) }
        registry.gauge("db_pool_waiting", help: "Requests that wait for a connection.") {
            Double(pool.statistics.waiting)
        }
        registry.counter("db_pool_wait_seconds", help: "Time spent waiting for a connection.") {
            Double(pool.statistics.waitNanoseconds) / 1_000_000_000
        }
        registry.counter("db_pool_refusals", help: "Requests refused because too many waited.") {
            Double(pool.statistics.refusals)
        }
        registry.counter("db_pool_wait_timeouts", help: "Requests that waited too long for a connection.") {
            Double(pool.statistics.waitTimeouts)
        }
        registry.counter("db_pool_connection_failures", help: "Connections that could not be made.") {
            Double(pool.statistics.connectionFailures)
        }
    }
}
