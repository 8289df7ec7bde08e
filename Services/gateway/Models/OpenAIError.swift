import Contracts
import Foundation
import HTTPTypes
import ServiceKit

/// An error in OpenAI's shape, from which its clients raise their own error classes.
struct OpenAIError: Error, Equatable {
    var status: Int
    var message: String
    var type: String
    var parameter: String?
    var code: String?
    var headers: HTTPFields = [:]
    /// The provider's body, when it is in this shape already.
    var ownBody: [UInt8]?
    /// For dialects whose errors name the request in their body.
    var requestID: String?

    /// Clients of OpenAI send again by themselves on 408, 409, 429 and 5xx; this tells them that it is of no use.
    func withoutRetry() -> OpenAIError {
        var error = self
        if let name = HTTPField.Name("x-should-retry") { error.headers[name] = "false" }
        return error
    }

    private struct Body: Encodable {
        struct Details: Encodable {
            let message: String
            let type: String
            let param: String?
            let code: String?

            func encode(to encoder: any Encoder) throws {
                var container = encoder.container(keyedBy: CodingKeys.self)
                try container.encode(message, forKey: .message)
                try container.encode(type, forKey: .type)
                // Clients expect both to be there, if only as null.
                try container.encode(param, forKey: .param)
                try container.encode(code, forKey: .code)
            }

            enum CodingKeys: String, CodingKey { case message, type, param, code }
        }

        let error: Details
    }

    var body: [UInt8] {
        if let ownBody { return ownBody }
        let details = Body.Details(message: message, type: type, param: parameter, code: code)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        guard let data = try? encoder.encode(Body(error: details)) else {
            return Array(#"{"error":{"message":"internal error","type":"server_error","param":null,"code":null}}"#.utf8)
        }
        return Array(data)
    }

    /// The event that ends a stream which cannot be finished.
    var event: [UInt8] { Array("data: ".utf8) + body + Array("\n\n".utf8) }
}

extension OpenAIError {
    /// One of our own errors as OpenAI would have said it.
    init(_ error: APIError) {
        let detail = error.publicDetail ?? error.code.title
        self.init(
            status: error.code == .invalidRequest ? 400 : error.code.status, message: detail,
            type: Self.type(of: error.code), parameter: error.errors.first?.field, code: Self.code(of: error.code),
            headers: error.headers)
    }

    init(_ error: ModelRequestError) {
        switch error {
        case .malformed(let syntax):
            self.init(
                status: 400,
                message: "The body is not valid JSON: \(syntax.reason.rawValue) at byte \(syntax.offset).",
                type: "invalid_request_error", code: "malformed_request")
        case .invalid(let parameter, let problem):
            self.init(
                status: 400, message: "Invalid '\(parameter)': \(problem).", type: "invalid_request_error",
                parameter: parameter, code: "invalid_request")
        }
    }

    static func modelNotFound(_ model: String) -> OpenAIError {
        OpenAIError(
            status: 404, message: "The model '\(model)' does not exist or you do not have access to it.",
            type: "invalid_request_error", parameter: "model", code: "model_not_found")
    }

    private static func type(of code: ErrorCode) -> String {
        switch code {
        case .budgetExhausted: "insufficient_quota"
        case .forbidden: "permission_error"
        case .rateLimited: "requests"
        case .internalError, .upstreamFailed, .unavailable, .upstreamTimeout: "server_error"
        default: "invalid_request_error"
        }
    }

    private static func code(of code: ErrorCode) -> String {
        switch code {
        case .unauthenticated: "invalid_api_key"
        case .rateLimited: "rate_limit_exceeded"
        default: code.rawValue
        }
    }
}
