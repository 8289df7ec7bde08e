import Contracts
import Foundation
import Support
import Testing

@testable import Gateway

/// The gateway in front of every vendor's fake, asked in every dialect: the answer is there, and the ledger says to the
/// token what the vendor metered.
@Suite("The gateway in front of every vendor", .serialized)
struct ProviderGatewayTests {
    struct Vendor: Sendable, CustomTestStringConvertible {
        let fake: any FakeVendor
        var key = "sk-fake-0000"
        var options: [String: String] = [:]
        /// Nil for a vendor without embeddings.
        var embeddings: String? = "fake-embedding"

        var testDescription: String { fake.kind }
    }

    static let vendors = [
        Vendor(fake: FakeOpenAI()), Vendor(fake: FakeAzure(), options: ["api_version": "2025-04-01-preview"]),
        Vendor(fake: FakeAnthropic(), embeddings: nil), Vendor(fake: FakeGemini()), Vendor(fake: FakeMistral()),
        Vendor(fake: FakeCohere()), Vendor(fake: FakeCompatible()),
        Vendor(
            fake: FakeBedrock(), key: "AKIDFAKE:fake/secret+key", options: ["region": "us-east-1"],
            embeddings: "cohere.embed"),
    ]

    /// How a client asks, and where the text is in its answer, which every dialect writes as it is.
    private static let dialects = [
        ("/v1/chat/completions", #""messages":[{"role":"user","content":"hello out there"}]"#, "[DONE]"),
        (
            "/v1/messages", #""max_tokens":100,"messages":[{"role":"user","content":"hello out there"}]"#,
            "message_stop"
        ),
        ("/v1/responses", #""input":"hello out there""#, "response.completed"),
    ]

    @Test("is answered in every dialect, whole and streamed, and metered to the token", arguments: vendors)
    func conversations(_ vendor: Vendor) async throws {
        try await run(vendor) { fixture, fake, customer in
            for (path, question, end) in Self.dialects {
                for model in ["fake-chat", "thinking-chat", "cached-chat"] {
                    for streams in [false, true] {
                        let name = "\(vendor.fake.kind) \(path) \(model) \(streams ? "streamed" : "whole")"
                        let answer = try await customer.call(
                            "POST", path, json: #"{"model":"\#(model)",\#(question),"stream":\#(streams)}"#)
                        #expect(answer.status == 200, "\(name): \(answer.text.prefix(500))")
                        let said = streams ? " there" : "You said: hello out there"
                        #expect(answer.text.contains(said), "\(name): \(answer.text.prefix(900))")
                        if streams { #expect(answer.text.contains(end), "\(name): \(answer.text.suffix(300))") }
                        try Self.expectMetered(fixture, fake, customer, name)
                    }
                }
            }
        }
    }

    @Test("calls tools and takes their results, in OpenAI's and in Anthropic's words", arguments: vendors)
    func tools(_ vendor: Vendor) async throws {
        let schema = #"{"type":"object","properties":{"input":{"type":"string"}},"required":["input"]}"#
        try await run(vendor) { fixture, fake, customer in
            let chat = #"""
                {"model":"fake-chat","messages":[{"role":"user","content":"hello out there"}%],
                 "tools":[{"type":"function","function":{"name":"look_up","parameters":\#(schema)}}]}
                """#
            let call = try await customer.call(
                "POST", "/v1/chat/completions", json: chat.replacing("%", with: ""))
            #expect(call.text.contains(#""finish_reason":"tool_calls""#), "\(vendor.fake.kind): \(call.text)")
            #expect(call.text.contains("look_up") && call.text.contains("hello out there"))
            let turns = #"""
                ,{"role":"assistant","content":null,"tool_calls":[{"id":"call_1","type":"function",
                  "function":{"name":"look_up","arguments":"{\"input\":\"x\"}"}}]},
                {"role":"tool","tool_call_id":"call_1","content":"it is open"}
                """#
            let result = try await customer.call(
                "POST", "/v1/chat/completions", json: chat.replacing("%", with: turns))
            #expect(result.text.contains("it is open"), "\(vendor.fake.kind): \(result.text)")
            let messages = #"""
                {"model":"fake-chat","max_tokens":100,"messages":[{"role":"user","content":"hello out there"}],
                 "tools":[{"name":"look_up","input_schema":\#(schema)}],"stream":true}
                """#
            let stream = try await customer.call("POST", "/v1/messages", json: messages)
            #expect(stream.text.contains("tool_use") && stream.text.contains("message_stop"), "\(stream.text)")
            try Self.expectMetered(fixture, fake, customer, vendor.fake.kind)
        }
    }

    @Test("embeds, and its errors reach the client as what they are", arguments: vendors)
    func embeddingsAndErrors(_ vendor: Vendor) async throws {
        try await run(vendor) { fixture, fake, customer in
            if let model = vendor.embeddings {
                let answer = try await customer.call(
                    "POST", "/v1/embeddings", json: #"{"model":"\#(model)","input":["one","two"],"dimensions":8}"#)
                #expect(answer.status == 200 && answer.text.contains("embedding"), "\(answer.text.prefix(300))")
            }
            for (fault, status, code) in [
                (FakeProvider.Fault.status(400), 400, "told to answer 400"),
                (.status(401), 502, "provider_credentials_refused"),
                (.status(500), 502, "provider_failed"), (.malformedJSON, 502, "provider_answer_unusable"),
            ] {
                fake.fail("fake-chat", with: fault)
                let answer = try await customer.chat()
                #expect(answer.status == status, "\(vendor.fake.kind) \(fault): \(answer.text)")
                #expect(answer.text.contains(code), "\(vendor.fake.kind) \(fault): \(answer.text)")
            }
            // Gemini's stream has a piece for each word and nothing else.
            let begun = vendor.fake.kind == "google-gemini" ? 2 : 4
            for fault in [
                FakeProvider.Fault.cut(afterChunks: begun), .withoutDone, .errorEvent(afterChunks: begun),
            ] {
                fake.fail("fake-chat", with: fault)
                let answer = try await customer.chat(stream: true)
                #expect(!answer.text.contains("[DONE]"), "\(vendor.fake.kind) \(fault): \(answer.text)")
                #expect(answer.text.contains("\"error\""), "\(vendor.fake.kind) \(fault): \(answer.text)")
            }
            // The last, since nobody asks again before the time is over.
            fake.fail("fake-chat", with: .status(429, retryAfterSeconds: 7))
            let limited = try await customer.chat()
            #expect(limited.status == 429 && limited.text.contains("told to answer 429"), "\(limited.text)")
            let spared = try await customer.chat()
            #expect(spared.status == 429 && !spared.text.contains("told to answer 429"), "\(spared.text)")
        }
    }

    // MARK: Parts

    private func run(
        _ vendor: Vendor,
        _ body: @escaping @Sendable (GatewayFixture, FakeProvider, Customer) async throws -> Void
    ) async throws {
        try await GatewayFixture.run { fixture in
            let fake = try await FakeProvider.start(vendor.fake, apiKey: vendor.key)
            let tenant = try await fixture.makeTenant()
            let creation = ProviderCreation(
                name: "vendor", kind: vendor.fake.kind, baseURL: fake.baseURL, apiKey: vendor.key, models: ["*"],
                options: vendor.options)
            let json = String(decoding: try WireFormat.encoder().encode(creation), as: UTF8.self)
            let made = try await fixture.admin("POST", "/tenants/\(tenant)/providers", json: json)
            #expect(made.status == 201, "\(made.text)")
            let key = try await fixture.makeKey(tenant)
            try await body(
                fixture, fake,
                Customer(fixture: fixture, tenant: tenant, keyID: key.id, key: try #require(key.key)))
            await fake.stop()
        }
    }

    /// The last event of the ledger is the last call of the meter.
    private static func expectMetered(
        _ fixture: GatewayFixture, _ fake: FakeProvider, _ customer: Customer, _ name: String
    ) throws {
        let events = try fixture.usage(of: customer.tenant)
        #expect(events.count == fake.meter.requests, "\(name)")
        let event = try #require(events.max { $0.occurredAt < $1.occurredAt })
        let metered = try #require(fake.metered.last)
        #expect(event.isExact, "\(name)")
        #expect(event.promptTokens == metered.promptTokens, "\(name)")
        #expect(event.completionTokens == metered.completionTokens, "\(name)")
        #expect(event.cachedTokens == metered.cachedTokens, "\(name)")
        let counted = ["openai", "azure-openai", "anthropic", "google-gemini", "mistral"]
        if counted.contains(fake.vendor.kind) {
            #expect(event.reasoningTokens == metered.reasoningTokens, "\(name)")
        }
    }
}
