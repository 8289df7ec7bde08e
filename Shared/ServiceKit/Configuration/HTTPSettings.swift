package import Contracts

/// How the service listens.
///
/// ## Configuration keys
/// - `HTTP_HOST` (default `127.0.0.1`): the address to listen on. Containers set `0.0.0.0`.
/// - `HTTP_PORT` (default 8080 to 8085 by service): 0 lets the system choose.
/// - `HTTP_IDLE_TIMEOUT` (default `75s`): a connection without a request is closed after this; longer than the 60 s
///   of common balancers, so that they close first and never send into a closed connection.
/// - `HTTP_MAXIMUM_BODY_BYTES` (default 33554432): a larger announced body is refused on every route.
/// - `HTTP_MAXIMUM_CONNECTIONS` (default 4096): more wait in the kernel's queue.
/// - `SHUTDOWN_TIMEOUT` (default `25s`): how long requests and streams may finish after SIGTERM; below the 30 s after
///   which Kubernetes kills.
/// - `ACCESS_LOG` (default `all`): `all`, `errors` (status 400 and above) or `off`. Probes and metrics are never logged.
package struct HTTPSettings: Sendable {
    package enum AccessLog: String, Sendable, CaseIterable {
        case all, errors, off

        func includes(status: Int, path: String, failed: Bool) -> Bool {
            if failed { return self != .off }
            switch self {
            case .off: return false
            case .errors: return status >= 400
            case .all: return status >= 500 || !["/healthz", "/readyz", "/metrics"].contains(path)
            }
        }
    }

    package var host: String
    package var port: Int
    package var idleTimeout: Duration
    package var maximumBodyBytes: Int
    package var maximumConnections: Int
    package var shutdownTimeout: Duration
    package var accessLog: AccessLog

    package init(_ settings: Settings, service: ServiceName) throws(SettingsError) {
        host = settings.string("HTTP_HOST", default: "127.0.0.1")
        port = try settings.integer("HTTP_PORT", default: service.defaultPort, in: 0...65_535)
        idleTimeout = try settings.duration(
            "HTTP_IDLE_TIMEOUT", default: .seconds(75), in: .seconds(1) ... .seconds(3600))
        maximumBodyBytes = try settings.integer(
            "HTTP_MAXIMUM_BODY_BYTES", default: BodyLimit.large, in: 1024...1_073_741_824)
        maximumConnections = try settings.integer("HTTP_MAXIMUM_CONNECTIONS", default: 4096, in: 1...1_000_000)
        shutdownTimeout = try settings.duration(
            "SHUTDOWN_TIMEOUT", default: .seconds(25), in: .seconds(0) ... .seconds(3600))
        accessLog = try settings.choice("ACCESS_LOG", default: .all)
    }
}
