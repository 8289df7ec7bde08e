import Contracts
import Cryptography
import Hummingbird
import ServiceKit

/// Lets in operators only. Both sides are hashed first, so that the comparison's time says nothing about the key's
/// length either.
struct AdminMiddleware: RouterMiddleware {
    typealias Context = ServiceRequestContext

    private let digest: [UInt8]

    init(key: String) {
        digest = SHA256.hash(key)
    }

    func handle(
        _ request: Request, context: ServiceRequestContext,
        next: (Request, ServiceRequestContext) async throws -> Response
    ) async throws -> Response {
        let token = request.headers[.authorization].flatMap(BearerToken.token)
        guard let token, constantTimeEquals(SHA256.hash(String(token)), digest) else {
            throw APIError(.unauthenticated, "send the operator's key", headers: [.wwwAuthenticate: "Bearer"])
        }
        return try await next(request, context)
    }
}
