package import Contracts
import Foundation
package import HTTPTypes
import Hummingbird
package import HummingbirdTesting
import NIOCore
package import ServiceKit

/// Calls the routes of a service under test.
package struct ServiceTestClient: Sendable {
    package let service: ServiceName
    package let parts: ServiceParts
    /// Every route that is registered, for a test that walks all of them.
    package let routes: [RouteTable.Route]
    package let client: any TestClientProtocol

    init(service: ServiceName, parts: ServiceParts, routes: [RouteTable.Route], client: any TestClientProtocol) {
        self.service = service
        self.parts = parts
        self.routes = routes
        self.client = client
    }

    /// A call with JSON text, on behalf of a caller through the gateway, or of nobody.
    package func call(
        _ method: String, _ path: String, json: String? = nil, as caller: Caller? = nil,
        issuer: ServiceName = .gateway, headers: [String: String] = [:]
    ) async throws -> ServiceTestResponse {
        var headers = headers
        if let caller { headers[ContextToken.header] = try TestTrust.token(for: service, as: caller, issuer: issuer) }
        return try await send(method, path, json.map { Array($0.utf8) }, headers)
    }

    /// A call with a body in our wire format.
    package func call(
        _ method: String, _ path: String, body: some Encodable, as caller: Caller? = nil,
        issuer: ServiceName = .gateway, headers: [String: String] = [:]
    ) async throws -> ServiceTestResponse {
        let json = String(decoding: try WireFormat.encoder().encode(body), as: UTF8.self)
        return try await call(method, path, json: json, as: caller, issuer: issuer, headers: headers)
    }

    /// A call of another service for itself.
    package func call(
        _ method: String, _ path: String, json: String? = nil, asService issuer: ServiceName,
        headers: [String: String] = [:]
    ) async throws -> ServiceTestResponse {
        var headers = headers
        headers[ContextToken.header] = try TestTrust.serviceToken(for: service, issuer: issuer)
        return try await send(method, path, json.map { Array($0.utf8) }, headers)
    }

    /// What the service has put into its journal, oldest first, as JSON text.
    package func journal(_ kind: JournalEntry.Kind) throws -> [String] {
        try parts.journal.waiting(kind).map { String(decoding: $0, as: UTF8.self) }
    }

    package func send(
        _ method: String, _ path: String, _ body: [UInt8]?, _ headers: [String: String]
    ) async throws -> ServiceTestResponse {
        var fields = HTTPFields()
        for (name, value) in headers {
            if let name = HTTPField.Name(name) { fields[name] = value }
        }
        if body != nil, fields[.contentType] == nil { fields[.contentType] = "application/json" }
        let answer = try await client.executeRequest(
            uri: path, method: HTTPRequest.Method(method) ?? .get, headers: fields,
            body: body.map { ByteBuffer(bytes: $0) })
        return ServiceTestResponse(answer)
    }
}

/// The answer to a call.
package struct ServiceTestResponse: Sendable {
    package let status: Int
    package let headers: HTTPFields
    package let bytes: [UInt8]

    init(_ response: TestResponse) {
        status = response.status.code
        headers = response.headers
        bytes = Array(buffer: response.body)
    }

    package var text: String { String(decoding: bytes, as: UTF8.self) }

    package func decode<Value: Decodable>(_ type: Value.Type = Value.self) throws -> Value {
        try WireFormat.decoder().decode(type, from: Data(bytes))
    }

    /// Nil when the body is not a problem.
    package var problem: Problem? { try? decode(Problem.self) }
}
