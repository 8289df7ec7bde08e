import Contracts
import Foundation
import HTTPTypes
import Hummingbird
import Logging
import Observability

/// Gives each request its id, trace and logger, and records how it went: a metric, a log line, headers on the answer.
///
/// The outermost middleware. It also removes what only we may say: `X-Tenant-*` headers.
struct ObservationMiddleware: RouterMiddleware {
    typealias Context = ServiceRequestContext

    let observer: RequestObserver
    let verifier: TrustVerifier?

    func handle(
        _ request: Request, context: ServiceRequestContext,
        next: (Request, ServiceRequestContext) async throws -> Response
    ) async throws -> Response {
        let started = ContinuousClock.now
        let context = identified(context, by: request)
        observer.began()
        let sanitized = Self.withoutTenantHeaders(request)
        do {
            var response = try await CurrentRequest.bind(id: context.requestID, trace: context.trace) {
                try await next(sanitized, context)
            }
            ResponseHeaders.complete(&response, requestID: context.requestID)
            return observed(response, of: request, context: context, since: started)
        } catch {
            record(request, 0, context, started, error)
            throw error
        }
    }

    private func identified(_ context: ServiceRequestContext, by request: Request) -> ServiceRequestContext {
        var context = context
        let identity = observer.identify(
            requestID: request.headers[.requestID], traceparent: request.headers[.traceparent])
        context.operationID = identity.operationID
        context.requestID = identity.requestID
        context.trace = identity.trace
        if let verifier, let token = request.headers[.asterismContext] {
            context.presented = PresentedToken(token: token, verifier: verifier)
        }
        // At once, since each change by itself copies the logger; Hummingbird's own id goes.
        context.logger.handler.metadata = identity.metadata
        return context
    }

    /// A buffered answer is done now; a streamed one when its last byte is written, after all middleware.
    private func observed(
        _ response: Response, of request: Request, context: ServiceRequestContext,
        since started: ContinuousClock.Instant
    ) -> Response {
        let status = response.status.code
        guard response.body.contentLength == nil else {
            record(request, status, context, started, nil)
            return response
        }
        var response = response
        let body = response.body
        response.body = ResponseBody { writer in
            do {
                try await body.write(writer)
                record(request, status, context, started, nil)
            } catch {
                record(request, status, context, started, error)
                throw error
            }
        }
        return response
    }

    private func record(
        _ request: Request, _ status: Int, _ context: ServiceRequestContext, _ started: ContinuousClock.Instant,
        _ failure: (any Error)?
    ) {
        let ending = RequestObserver.Ending(
            method: request.method, path: request.uri.path, route: context.endpointPath, status: status,
            failure: failure)
        observer.ended(ending, since: started) { context.logger }
    }

    private static func withoutTenantHeaders(_ request: Request) -> Request {
        func isTenantHeader(_ name: HTTPField.Name) -> Bool { name.canonicalName.hasPrefix("x-tenant-") }
        guard request.headers.contains(where: { isTenantHeader($0.name) }) else { return request }
        var head = request.head
        head.headerFields = HTTPFields(request.headers.filter { !isTenantHeader($0.name) })
        return Request(head: head, body: request.body)
    }
}
