import Contracts
import HTTPTypes
import Hummingbird

/// Refuses a body that announces itself larger than any route takes, before a byte of it is read.
struct BodyLimitMiddleware: RouterMiddleware {
    typealias Context = ServiceRequestContext

    let maximumBytes: Int

    func handle(
        _ request: Request, context: ServiceRequestContext,
        next: (Request, ServiceRequestContext) async throws -> Response
    ) async throws -> Response {
        if let length = request.headers[.contentLength].flatMap({ Int($0) }), length > maximumBytes {
            throw APIError(.bodyTooLarge, "a body may have at most \(maximumBytes) bytes")
        }
        return try await next(request, context)
    }
}
