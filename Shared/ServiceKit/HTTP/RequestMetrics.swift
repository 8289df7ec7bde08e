import HTTPTypes
import Observability
import Synchronization

/// `http_server_request_duration_seconds{service,method,route,code}` and `http_server_active_requests`.
///
/// The route is the pattern (`/v1/documents/{id}`), never the path, so the number of series is bounded by the routes.
final class RequestMetrics: Sendable {
    private struct Key: Hashable {
        var method: String
        var route: String
        var status: Int
    }

    private let registry: MetricsRegistry
    private let service: String
    private let active: ValueSeries
    private let series = Mutex<[Key: HistogramSeries]>([:])

    init(registry: MetricsRegistry, service: String) {
        self.registry = registry
        self.service = service
        active = registry.gauge(
            "http_server_active_requests", help: "Requests under way, streamed answers included.",
            labels: ["service": service])
    }

    func began() {
        active.add(1)
    }

    func ended(method: HTTPRequest.Method, route: String?, status: Int, since started: ContinuousClock.Instant) {
        active.add(-1)
        let key = Key(method: Self.known(method), route: route ?? "none", status: status)
        let known = series.withLock { $0[key] }
        let elapsed = ContinuousClock.now - started
        (known ?? make(key)).observe(Double(elapsed / .nanoseconds(1)) / 1_000_000_000)
    }

    private func make(_ key: Key) -> HistogramSeries {
        let histogram = registry.histogram(
            "http_server_request_duration_seconds", help: "Time from the request's head to the answer's last byte.",
            labels: [
                "service": service, "method": key.method, "route": RouteTable.template(key.route),
                "code": String(key.status),
            ])
        series.withLock { $0[key] = histogram }
        return histogram
    }

    /// A client may invent methods without end.
    private static func known(_ method: HTTPRequest.Method) -> String {
        switch method {
        case .get, .head, .post, .put, .patch, .delete, .options: method.rawValue
        default: "other"
        }
    }
}
