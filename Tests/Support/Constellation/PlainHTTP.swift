package import CurlClient
package import Foundation
import Logging
import Reactor

/// A client for tests: loopback allowed, no retries, one deadline.
package struct PlainHTTP: Sendable {
    private static let shared: CurlClient = {
        guard let reactor = try? Reactor(name: "test-http") else {
            preconditionFailure("no thread for the test client")
        }
        return CurlClient(
            configuration: CurlConfiguration(egress: .unrestricted), reactor: reactor,
            logger: Logger(label: "test-http"))
    }()

    /// Sent with every request.
    package var headers: [(String, String)]

    package init(headers: [(String, String)] = []) {
        self.headers = headers
    }

    /// One that shows a key.
    package init(bearer key: String) {
        self.init(headers: [("Authorization", "Bearer \(key)")])
    }

    package func get(_ url: String) async throws -> PlainAnswer {
        try await send("GET", url)
    }

    /// - Parameter json: Text that is sent as it stands, also when it is not JSON.
    package func post(_ url: String, json: String, headers: [(String, String)] = []) async throws -> PlainAnswer {
        try await send("POST", url, body: Array(json.utf8), headers: [("Content-Type", "application/json")] + headers)
    }

    package func send(
        _ method: String, _ url: String, body: [UInt8]? = nil, headers: [(String, String)] = [],
        deadline: Duration = .seconds(60)
    ) async throws -> PlainAnswer {
        let request = OutgoingRequest(
            method: method, url: url, headers: self.headers + headers, body: body, deadline: deadline,
            maximumResponseBytes: 64 << 20)
        return PlainAnswer(try await Self.shared.execute(request))
    }

    /// A response whose body is read as it comes.
    package func stream(
        _ method: String, _ url: String, body: [UInt8]? = nil, headers: [(String, String)] = []
    ) async throws -> StreamingResponse {
        try await Self.shared.stream(
            OutgoingRequest(
                method: method, url: url, headers: self.headers + headers, body: body, deadline: .seconds(60),
                maximumResponseBytes: 64 << 20))
    }
}

/// What came back.
package struct PlainAnswer: Sendable {
    package let status: Int
    package let headers: ResponseHeaders
    package let body: [UInt8]

    init(_ response: OutgoingResponse) {
        status = response.status
        headers = response.headers
        body = response.body
    }

    package func header(_ name: String) -> String? { headers[name] }

    package var text: String { String(decoding: body, as: UTF8.self) }

    package func decode<Value: Decodable>(_ type: Value.Type, with decoder: JSONDecoder = JSONDecoder()) throws -> Value
    {
        try decoder.decode(type, from: Data(body))
    }

    /// The member at a path of keys and positions, such as `["results", 0, "title"]`; nil when it is not there.
    package func json(_ path: any JSONStep...) -> Any? {
        var value = try? JSONSerialization.jsonObject(with: Data(body), options: .fragmentsAllowed)
        for step in path { value = value.flatMap(step.member) }
        return value
    }

    package func string(_ path: String...) -> String? {
        var value = try? JSONSerialization.jsonObject(with: Data(body), options: .fragmentsAllowed)
        for step in path { value = (value as? [String: Any])?[step] }
        return value as? String
    }
}

/// A step into a JSON value.
package protocol JSONStep {
    func member(of value: Any) -> Any?
}

extension String: JSONStep {
    package func member(of value: Any) -> Any? { (value as? [String: Any])?[self] }
}

extension Int: JSONStep {
    package func member(of value: Any) -> Any? {
        guard let list = value as? [Any], list.indices.contains(self) else { return nil }
        return list[self]
    }
}
