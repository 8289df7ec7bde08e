import Foundation
import HTTPTypes
import Hummingbird
import NIOCore

/// Bodies as OpenAI writes them.
enum FakeProviderAnswer {
    static var models: [String: Any] {
        [
            "object": "list",
            "data": ["fake-chat", "fake-embedding"].map {
                ["id": $0, "object": "model", "created": 1_700_000_000, "owned_by": "fake"] as [String: Any]
            },
        ]
    }

    static func json(_ status: HTTPResponse.Status, _ body: [String: Any]) -> Response {
        bytes(status, "application/json", encode(body))
    }

    static func encode(_ body: [String: Any]) -> [UInt8] {
        Array((try? JSONSerialization.data(withJSONObject: body, options: [.sortedKeys])) ?? Data())
    }

    static func bytes(_ status: HTTPResponse.Status, _ contentType: String, _ body: [UInt8]) -> Response {
        Response(
            status: status, headers: [.contentType: contentType, .contentLength: String(body.count)],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: body)))
    }

    static func error(
        _ status: HTTPResponse.Status, _ message: String, type: String = "invalid_request_error",
        parameter: String? = nil, code: String? = nil
    ) -> Response {
        json(
            status,
            [
                "error": [
                    "message": message, "type": type, "param": parameter as Any? ?? NSNull(),
                    "code": code as Any? ?? NSNull(),
                ] as [String: Any]
            ])
    }

    static func failure(_ code: Int, retryAfterSeconds: Int?) -> Response {
        let type = code >= 500 ? "server_error" : code == 429 ? "requests" : "invalid_request_error"
        var response = error(
            .init(code: code), "The fake provider was told to answer \(code).", type: type,
            code: code == 429 ? "rate_limit_exceeded" : nil)
        if let retryAfterSeconds { response.headers[.retryAfter] = String(retryAfterSeconds) }
        return response
    }
}
