import Foundation
import HTTPTypes
import Hummingbird
import NIOCore

/// Answers over HTTP, and the JSON in them.
enum FakeProviderAnswer {
    static func json(_ status: HTTPResponse.Status, _ body: [String: Any]) -> Response {
        bytes(status, "application/json", encode(body))
    }

    static func encode(_ body: [String: Any]) -> [UInt8] {
        let options: JSONSerialization.WritingOptions = [.sortedKeys, .withoutEscapingSlashes]
        return Array((try? JSONSerialization.data(withJSONObject: body, options: options)) ?? Data())
    }

    /// One event of a `text/event-stream`.
    static func event(_ body: [String: Any], named name: String? = nil) -> [UInt8] {
        Array((name.map { "event: \($0)\n" } ?? "").utf8) + Array("data: ".utf8) + encode(body) + Array("\n\n".utf8)
    }

    static func bytes(_ status: HTTPResponse.Status, _ contentType: String, _ body: [UInt8]) -> Response {
        Response(
            status: status, headers: [.contentType: contentType, .contentLength: String(body.count)],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: body)))
    }

    static func error(_ refusal: FakeRefusal, of vendor: any FakeVendor, retryAfterSeconds: Int? = nil) -> Response {
        var response = json(.init(code: refusal.status), vendor.error(refusal))
        for (name, value) in vendor.errorHeaders(refusal) {
            if let name = HTTPField.Name(name) { response.headers[name] = value }
        }
        if let retryAfterSeconds { response.headers[.retryAfter] = String(retryAfterSeconds) }
        return response
    }
}

extension Dictionary where Key == String, Value == Any {
    /// Reads a JSON object.
    init(json bytes: [UInt8]) throws(FakeRefusal) {
        guard let object = try? JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any] else {
            throw .invalid("We could not parse the JSON body of your request.")
        }
        self = object
    }

    func object(_ name: String) -> [String: Any]? { self[name] as? [String: Any] }
    func objects(_ name: String) -> [[String: Any]] { self[name] as? [[String: Any]] ?? [] }
    func string(_ name: String) -> String? { self[name] as? String }
    func integer(_ name: String) -> Int? { self[name] as? Int }
    func flag(_ name: String) -> Bool { self[name] as? Bool ?? false }
}
