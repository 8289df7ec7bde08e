import Contracts
import Foundation
import HTTPTypes
import ServiceKit
import Support
import Testing

@testable import Gateway

@Suite("Calls to models", .serialized)
struct ModelCallTests {
    @Test("a chat is answered by the provider byte for byte and metered exactly once")
    func chat() async throws {
        try await GatewayFixture.run { fixture in
            let customer = try await fixture.makeCustomer()
            let answer = try await customer.chat()
            #expect(answer.status == 200, "\(answer.text)")
            #expect(answer.headers[.contentType] == "application/json")
            let completion = try answer.decode(ChatCompletion.self)
            #expect(completion.choices.first?.message.content == "You said: hello there")
            let events = try fixture.usage(of: customer.tenant)
            #expect(events.count == 1)
            let event = try #require(events.first)
            #expect(event.promptTokens == fixture.provider.meter.promptTokens)
            #expect(event.completionTokens == fixture.provider.meter.completionTokens)
            #expect(event.isExact && event.kind == .chat && event.model == "fake-chat" && event.provider == "fake")
            #expect(event.apiKey == customer.keyID)
            let record = try #require(try fixture.audit(of: customer.tenant).first)
            #expect(record.action == "chat.completion" && record.outcome == .success)
            #expect(record.actor == "api_key:\(customer.keyID)")
            let arrival = try #require(fixture.provider.arrivals.first { $0.path == "/v1/chat/completions" })
            #expect(arrival.header("authorization") == "Bearer sk-fake-0000")
        }
    }

    @Test("what the gateway does not know passes through untouched, in both directions")
    func untouched() async throws {
        try await GatewayFixture.run { fixture in
            let customer = try await fixture.makeCustomer()
            let body =
                "{ \"x-unknown\" : [1, 2.50, null], \"model\":\"fake-chat\",\"messages\":[{\"role\":\"user\",\"content\":\"a \\ud83d b\"}],\n"
                + "\"max_tokens\":5 }"
            let answer = try await customer.call("POST", "/v1/chat/completions", json: body)
            #expect(answer.status == 200 || answer.status == 400, "\(answer.text)")
            let arrival = try #require(fixture.provider.arrivals.last)
            #expect(String(decoding: arrival.body, as: UTF8.self) == body)
        }
    }

    @Test("a stream arrives event by event with its end, and its usage is exact though the client asked for none")
    func streamed() async throws {
        try await GatewayFixture.run { fixture in
            let customer = try await fixture.makeCustomer()
            let answer = try await customer.chat(stream: true)
            #expect(answer.status == 200)
            #expect(answer.headers[.contentType]?.hasPrefix("text/event-stream") == true)
            #expect(answer.text.hasSuffix("data: [DONE]\n\n"))
            #expect(!answer.text.contains("\"choices\":[]"))
            let event = try #require(try fixture.usage(of: customer.tenant).first)
            #expect(event.isExact)
            #expect(event.completionTokens == fixture.provider.meter.completionTokens)
            let asked = try await customer.chat(stream: true, extra: ", \"stream_options\": {\"include_usage\": true}")
            #expect(asked.text.contains("\"choices\":[]"))
        }
    }

    @Test("embeddings are answered and metered")
    func embeddings() async throws {
        try await GatewayFixture.run { fixture in
            let customer = try await fixture.makeCustomer()
            let answer = try await customer.call(
                "POST", "/v1/embeddings", json: "{\"model\": \"fake-embedding\", \"input\": [\"a b\", \"c\"]}")
            #expect(answer.status == 200, "\(answer.text)")
            #expect(try answer.decode(EmbeddingResponse.self).data.count == 2)
            let event = try #require(try fixture.usage(of: customer.tenant).first)
            #expect(event.kind == .embedding && event.promptTokens == 3 && event.completionTokens == 0)
        }
    }

    @Test("models are listed and shown, and an unknown one is a 404 in OpenAI's shape")
    func models() async throws {
        try await GatewayFixture.run { fixture in
            let customer = try await fixture.makeCustomer()
            let list = try await customer.call("GET", "/v1/models").decode(ModelList.self)
            #expect(list.data.map(\.id) == ["fake-chat", "fake-embedding", "missing-model"])
            #expect(try await customer.call("GET", "/v1/models/fake-chat").status == 200)
            #expect(try await customer.call("GET", "/v1/models/none").status == 404)
            let answer = try await customer.chat(model: "none")
            #expect(answer.status == 404)
            #expect(answer.text.contains("\"model_not_found\""))
            #expect(try fixture.audit(of: customer.tenant).contains { $0.outcome == .denied && $0.model == "none" })
        }
    }

    @Test("one of our services calls for its caller with a signed context in place of a key")
    func internalCall() async throws {
        try await GatewayFixture.run { fixture in
            let customer = try await fixture.makeCustomer()
            let body = "{\"model\": \"fake-chat\", \"messages\": [{\"role\": \"user\", \"content\": \"hi\"}]}"
            let caller = TestTrust.caller(customer.tenant, roles: [.member], apiKey: customer.keyID)
            let answer = try await fixture.service.call(
                "POST", "/v1/chat/completions", json: body, as: caller, issuer: .ragService)
            #expect(answer.status == 200, "\(answer.text)")
            #expect(try fixture.usage(of: customer.tenant).first?.apiKey == customer.keyID)
            let forged = try TestTrust.token(for: .ragService, as: caller, issuer: .ragService)
            let refused = try await fixture.service.call(
                "POST", "/v1/chat/completions", json: body, headers: [ContextToken.header: forged])
            #expect(refused.status == 401)
        }
    }

    @Test("two calls with the same request id are two calls in the ledger")
    func sameRequestID() async throws {
        try await GatewayFixture.run { fixture in
            let customer = try await fixture.makeCustomer()
            let body = "{\"model\": \"fake-chat\", \"messages\": [{\"role\": \"user\", \"content\": \"hi\"}]}"
            for _ in 0..<2 {
                let answer = try await customer.call(
                    "POST", "/v1/chat/completions", json: body, headers: ["X-Request-Id": "chosen"])
                #expect(answer.headers[.requestID] == "chosen")
            }
            let events = try fixture.usage(of: customer.tenant)
            #expect(Set(events.map(\.id)).count == 2)
            #expect(events.allSatisfy { $0.requestID == "chosen" })
        }
    }
}
