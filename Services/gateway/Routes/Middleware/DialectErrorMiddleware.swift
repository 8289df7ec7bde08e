import Contracts
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import ServiceKit

/// On the routes that mirror a vendor's interface: every error in that vendor's shape, with the status that its clients
/// expect.
struct DialectErrorMiddleware: RouterMiddleware {
    typealias Context = ServiceRequestContext

    let dialect: any ClientDialect.Type

    init(_ dialect: any ClientDialect.Type) {
        self.dialect = dialect
    }

    func handle(
        _ request: Request, context: ServiceRequestContext,
        next: (Request, ServiceRequestContext) async throws -> Response
    ) async throws -> Response {
        do {
            return named(try await next(request, context), context)
        } catch let error as OpenAIError {
            return response(error, context)
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
            return response(OpenAIError(answer), context)
        }
    }

    private func response(_ error: OpenAIError, _ context: ServiceRequestContext) -> Response {
        var error = error
        error.requestID = context.requestID
        let body = ByteBuffer(bytes: dialect.body(of: error))
        var fields = error.headers
        fields[.contentType] = "application/json"
        fields[.contentLength] = String(body.readableBytes)
        let status = HTTPResponse.Status(code: dialect.status(of: error))
        return named(Response(status: status, headers: fields, body: ResponseBody(byteBuffer: body)), context)
    }

    /// Where Anthropic's clients look for the id of a request.
    private static let anthropicID = HTTPField.Name("request-id")

    private func named(_ response: Response, _ context: ServiceRequestContext) -> Response {
        guard dialect.dialect == .anthropicMessages, let name = Self.anthropicID else { return response }
        var response = response
        response.headers[name] = context.requestID
        return response
    }
}
