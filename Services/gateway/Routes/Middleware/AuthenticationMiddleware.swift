import Contracts
import HTTPTypes
import Hummingbird
import ServiceKit

/// Lets in who has a live API key within its rate, or is one of our own services with a signed context.
///
/// A service's call is part of a request that was let in and counted already, so it is not counted again.
struct AuthenticationMiddleware: RouterMiddleware {
    typealias Context = ServiceRequestContext

    let authentication: Authentication

    /// Where Anthropic's clients send the key.
    private static let anthropicField = HTTPField.Name("x-api-key")

    func handle(
        _ request: Request, context: ServiceRequestContext,
        next: (Request, ServiceRequestContext) async throws -> Response
    ) async throws -> Response {
        var context = context
        if let token = try context.verifiedToken() {
            guard let caller = token.caller else {
                throw APIError(.unauthenticated, "the service token names no tenant")
            }
            try await authentication.checkActive(caller.scope)
            context.caller = caller
        } else {
            context.caller = try await authentication.caller(
                presenting: Authentication.Credential(
                    authorization: request.headers[.authorization],
                    apiKey: Self.anthropicField.flatMap { request.headers[$0] }),
                isPriority1: CallLabels.isPriority1(request.headers), requestID: context.requestID)
        }
        return try await next(request, context)
    }
}
