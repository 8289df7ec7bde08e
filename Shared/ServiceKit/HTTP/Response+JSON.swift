package import Contracts
import Foundation
import HTTPTypes
package import Hummingbird
import NIOCore

extension Response {
    /// `value` in our wire format. An encoding failure is our defect and becomes a 500.
    package static func json(
        _ value: some Encodable, status: HTTPResponse.Status = .ok, headers: HTTPFields = [:]
    ) throws -> Response {
        let data: Data
        do {
            data = try SharedCoders.encoder.encode(value)
        } catch {
            throw APIError(.internalError, internalReason: "cannot encode \(type(of: value))", underlying: error)
        }
        return bytes(data, contentType: "application/json", status: status, headers: headers)
    }

    /// 204
    package static var noContent: Response { Response(status: .noContent) }

    package static func problem(_ problem: Problem) -> Response {
        let data = (try? SharedCoders.encoder.encode(problem)) ?? Data(#"{"code":"internal_error"}"#.utf8)
        return bytes(
            data, contentType: "application/problem+json", status: HTTPResponse.Status(code: problem.status))
    }

    /// Plain text in UTF-8.
    package static func text(
        _ text: String, contentType: String = "text/plain; charset=utf-8", status: HTTPResponse.Status = .ok
    ) -> Response {
        bytes(Array(text.utf8), contentType: contentType, status: status)
    }

    package static func bytes(
        _ bytes: some Collection<UInt8>, contentType: String, status: HTTPResponse.Status = .ok,
        headers: HTTPFields = [:]
    ) -> Response {
        var headers = headers
        headers[.contentType] = contentType
        let buffer = ByteBuffer(bytes: bytes)
        headers[.contentLength] = String(buffer.readableBytes)
        return Response(status: status, headers: headers, body: ResponseBody(byteBuffer: buffer))
    }
}

/// Coders are made once: a JSONEncoder is safe to share while its settings do not change.
enum SharedCoders {
    static let encoder = WireFormat.encoder()
    static let decoder = WireFormat.decoder()
}
