import Contracts
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import ServiceKit

/// The answers to one request in the shape of a vendor.
struct DialectAnswers: Sendable {
    private let dialect: any ClientDialect.Type
    private let requestID: String

    init(_ dialect: any ClientDialect.Type, requestID: String) {
        self.dialect = dialect
        self.requestID = requestID
    }

    /// - Parameter logger: Called when the error is one of ours, which is logged.
    func response(to error: any Error, method: HTTPRequest.Method, logger: () -> Logger) -> Response {
        if let error = error as? OpenAIError { return response(error) }
        let answer = APIError.from(error, method: method.rawValue, allowed: [])
        if answer.code.status >= 500 {
            logger().error(
                "model call failed",
                metadata: [
                    "code": .string(answer.code.rawValue), "reason": .string(answer.internalReason ?? ""),
                    "error": .string(answer.underlying.map { String(describing: $0) } ?? ""),
                ])
        }
        return response(OpenAIError(answer))
    }

    private func response(_ error: OpenAIError) -> Response {
        var error = error
        error.requestID = requestID
        let body = ByteBuffer(bytes: dialect.body(of: error))
        var fields = error.headers
        fields[.contentType] = "application/json"
        fields[.contentLength] = String(body.readableBytes)
        let status = HTTPResponse.Status(code: dialect.status(of: error))
        return named(Response(status: status, headers: fields, body: ResponseBody(byteBuffer: body)))
    }

    /// Where Anthropic's clients look for the id of a request.
    private static let anthropicID = HTTPField.Name("request-id")

    /// The response with the vendor's own name for the request, if it has one.
    func named(_ response: Response) -> Response {
        guard dialect.dialect == .anthropicMessages, let name = Self.anthropicID else { return response }
        var response = response
        response.headers[name] = requestID
        return response
    }
}
