import Hummingbird
import Observability

/// `/healthz`: the process runs. `/readyz`: it can serve, and if not, what is missing. `/metrics`: Prometheus text.
struct HealthRoutes {
    let checks: HealthChecks
    let metrics: MetricsRegistry

    private struct Readiness: Encodable {
        struct Check: Encodable {
            var name: String
            var status: String
            var detail: String?
        }

        var status: String
        var checks: [Check]
    }

    func add(to router: Router<ServiceRequestContext>) {
        router.get("healthz") { _, _ in Response.text("ok\n") }
        router.get("readyz") { _, _ in try await readiness() }
        router.get("metrics") { _, _ in
            Response.text(metrics.text(), contentType: "text/plain; version=0.0.4; charset=utf-8")
        }
    }

    private func readiness() async throws -> Response {
        let report = await checks.report()
        let status = !report.isReady ? "unready" : report.isDegraded ? "degraded" : "ready"
        let body = Readiness(status: status, checks: report.entries.map { Self.describe($0.name, $0.status) })
        return try .json(body, status: report.isReady ? .ok : .serviceUnavailable)
    }

    private static func describe(_ name: String, _ status: HealthChecks.Status) -> Readiness.Check {
        switch status {
        case .ok: Readiness.Check(name: name, status: "ok", detail: nil)
        case .degraded(let detail): Readiness.Check(name: name, status: "degraded", detail: detail)
        case .failing(let detail): Readiness.Check(name: name, status: "failing", detail: detail)
        }
    }
}
