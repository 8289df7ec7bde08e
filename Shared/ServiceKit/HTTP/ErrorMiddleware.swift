import Contracts
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import NIOHTTP1
import Observability
import Postgres
import Synchronization

/// Turns every error into `application/problem+json`, and logs what the caller is not told.
struct ErrorMiddleware: RouterMiddleware {
    typealias Context = ServiceRequestContext

    let routes: RouteTableBox
    let failures: FailureCounters

    func handle(
        _ request: Request, context: ServiceRequestContext,
        next: (Request, ServiceRequestContext) async throws -> Response
    ) async throws -> Response {
        do {
            return try await next(request, context)
        } catch let error as HTTPParserError {
            // Hummingbird closes the connection on it; an answer could not be told from the rest of the bytes.
            throw error
        } catch {
            let answer = APIError.from(error, method: request.method.rawValue, allowed: allowed(request))
            log(answer, of: request, in: context)
            failures.count(answer.code)
            return answer.response(requestID: context.requestID)
        }
    }

    private func allowed(_ request: Request) -> [String] {
        routes.table?.methods(forPath: request.uri.path) ?? []
    }

    private func log(_ error: APIError, of request: Request, in context: ServiceRequestContext) {
        guard error.code.status >= 500 || error.internalReason != nil else { return }
        var metadata: Logger.Metadata = [
            "code": .string(error.code.rawValue), "method": .string(request.method.rawValue),
            "path": .string(String(request.uri.path.prefix(256))),
        ]
        if let reason = error.internalReason { metadata["reason"] = .string(reason) }
        if let underlying = error.underlying { metadata["error"] = .string(String(describing: underlying)) }
        context.logger.log(
            level: error.code.status >= 500 ? .error : .info, "request failed", metadata: metadata)
    }
}

/// The route table, which is known only when all routes have been added behind the middleware.
final class RouteTableBox: Sendable {
    private let content = Mutex<RouteTable?>(nil)

    var table: RouteTable? { content.withLock { $0 } }

    func fill(_ table: RouteTable) {
        content.withLock { $0 = table }
    }
}

/// `http_server_errors_total{code}`
struct FailureCounters: Sendable {
    private let series: [ErrorCode: ValueSeries]

    init(registry: MetricsRegistry, service: String) {
        series = Dictionary(
            uniqueKeysWithValues: ErrorCode.allCases.map { code in
                let labels: MetricLabels = ["service": service, "code": code.rawValue]
                return (
                    code,
                    registry.counter("http_server_errors_total", help: "Answers that are problems.", labels: labels)
                )
            })
    }

    func count(_ code: ErrorCode) {
        series[code]?.add()
    }
}
