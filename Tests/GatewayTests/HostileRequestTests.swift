import Contracts
import Foundation
import Support
import Testing

@testable import Gateway

@Suite("Hostile requests", .serialized)
struct HostileRequestTests {
    @Test("a bad request is refused with the status that says what is wrong with it")
    func refused() async throws {
        try await GatewayFixture.run { fixture in
            let customer = try await fixture.makeCustomer()
            let path = "/v1/chat/completions"
            let deep = String(repeating: "[", count: 5_000) + String(repeating: "]", count: 5_000)
            let bodies: [(String, Int)] = [
                ("", 400), ("{", 400), ("[]", 400), ("{\"model\": \"fake-chat\", \"x\": \(deep)}", 400),
                ("{\"model\": \"fake-chat\u{0}\"}", 400), ("{\"model\": \"fake-chat\", \"model\": \"other\"}", 400),
                ("{\"model\": 7}", 400), ("{}", 400), ("{\"model\": \"fake-chat\", \"n\": 1000000}", 400),
            ]
            for (body, status) in bodies {
                let answer = try await customer.call("POST", path, json: body)
                #expect(answer.status == status, "\(body.prefix(60)): \(answer.text)")
                #expect(answer.text.contains("\"invalid_request_error\""), "\(answer.text)")
            }
            #expect(fixture.provider.arrivals.allSatisfy { $0.path != path })
            let text = try await customer.call("POST", path, json: "{}", headers: ["Content-Type": "text/plain"])
            #expect(text.status == 415)
            #expect(try await customer.call("DELETE", path).status == 405)
            #expect(try await customer.call("GET", "/v1/none").status == 404)
        }
    }

    @Test("a body of 100 MB is refused")
    func tooLarge() async throws {
        try await GatewayFixture.run { fixture in
            let customer = try await fixture.makeCustomer()
            let body = [UInt8](repeating: UInt8(ascii: " "), count: 100 << 20)
            let answer = try await fixture.service.send(
                "POST", "/v1/chat/completions", body, ["Authorization": "Bearer \(customer.key)"])
            #expect(answer.status == 413)
        }
    }

    @Test("nothing of the client's headers reaches a provider")
    func headers() async throws {
        try await GatewayFixture.run { fixture in
            let customer = try await fixture.makeCustomer()
            let body = "{\"model\": \"fake-chat\", \"messages\": [{\"role\": \"user\", \"content\": \"hi\"}]}"
            let answer = try await customer.call(
                "POST", "/v1/chat/completions", json: body,
                headers: [
                    "X-Tenant-Id": TenantID().description, "X-Asterism-Tenant": "x", "Cookie": "a=b",
                    "OpenAI-Organization": "org", "X-Forwarded-For": "1.2.3.4", "Connection": "close, X-Secret",
                ])
            #expect(answer.status == 200, "\(answer.text)")
            let arrival = try #require(fixture.provider.arrivals.last)
            for name in ["x-tenant-id", "x-asterism-tenant", "x-asterism-context", "cookie", "openai-organization"] {
                #expect(arrival.header(name) == nil, "\(name)")
            }
            #expect(!arrival.headers.contains { $0.value.contains("ast_live_") })
        }
    }
}
