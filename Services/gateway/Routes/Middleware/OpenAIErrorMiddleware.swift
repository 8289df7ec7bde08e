import Contracts
import Hummingbird
import Logging
import ServiceKit

/// On the routes that mirror OpenAI's interface: every error in OpenAI's shape.
struct OpenAIErrorMiddleware: RouterMiddleware {
    typealias Context = ServiceRequestContext

    func handle(
        _ request: Request, context: ServiceRequestContext,
        next: (Request, ServiceRequestContext) async throws -> Response
    ) async throws -> Response {
        do {
            return try await next(request, context)
        } catch let error as OpenAIError {
            return error.response()
        } catch {
            let answer = APIError.from(error, method: request.method.rawValue, allowed: [])
            if answer.code.status >= 500 {
                context.logger.error(
                    "model call failed",
                    metadata: [
                        "code": .string(answer.code.rawValue), "reason": .string(answer.internalReason ?? ""),
                        "error": .string(answer.underlying.map { String(describing: $0) } ?? ""),
                    ])
            }
            return OpenAIError(answer).response()
        }
    }
}
