import Contracts
import Foundation
import HTTPTypes
import ServiceKit
import Support
import Testing

@testable import Gateway

@Suite("The version and the experiments of Anthropic's interface", .serialized)
struct InterfaceChoiceTests {
    private static let question = #"{"model":"m","max_tokens":50,"messages":[{"role":"user","content":"hello there"}]}"#

    /// A customer of a gateway in front of Anthropic's fake.
    private func run(
        _ options: String = "{}",
        _ body: @escaping @Sendable (GatewayFixture, FakeProvider, Customer) async throws -> Void
    ) async throws {
        let fake = try await FakeProvider.start(FakeAnthropic())
        try await GatewayFixture.run { fixture in
            let tenant = try await fixture.makeTenant()
            let made = try await fixture.admin(
                "POST", "/tenants/\(tenant)/providers",
                json: """
                    {"name": "anthropic", "kind": "anthropic", "base_url": "\(fake.baseURL)", "api_key": "sk-fake-0000",
                     "models": ["*"], "options": \(options)}
                    """)
            #expect(made.status == 201, "\(made.text)")
            let key = try await fixture.makeKey(tenant)
            try await body(
                fixture, fake, Customer(fixture: fixture, tenant: tenant, keyID: key.id, key: try #require(key.key)))
        }
        await fake.stop()
    }

    @Test("both reach Anthropic as the client wrote them, after the operator's own, whole and streamed")
    func forwarded() async throws {
        try await run(#"{"beta":"operators-2026-01-01"}"#) { _, fake, customer in
            for streams in [false, true] {
                let answer = try await customer.call(
                    "POST", "/v1/messages?beta=true",
                    json: Self.question.replacing("{\"model\"", with: "{\"stream\":\(streams),\"model\""),
                    headers: ["anthropic-version": "2026-10-21", "anthropic-beta": "one-2025-08-07, two-2026-02-01"])
                #expect(answer.status == 200, "\(answer.text)")
                let arrival = try #require(fake.arrivals.last)
                #expect(arrival.header("anthropic-version") == "2026-10-21")
                #expect(
                    arrival.header("anthropic-beta") == "operators-2026-01-01,one-2025-08-07, two-2026-02-01")
                #expect(arrival.headers.count { $0.name.lowercased().hasPrefix("anthropic-") } == 2)
            }
        }
    }

    @Test("a client that chooses nothing gets the first version and the operator's experiments")
    func unchosen() async throws {
        try await run(#"{"beta":"operators-2026-01-01"}"#) { _, fake, customer in
            #expect(try await customer.call("POST", "/v1/messages", json: Self.question).status == 200)
            let arrival = try #require(fake.arrivals.last)
            #expect(arrival.header("anthropic-version") == "2023-06-01")
            #expect(arrival.header("anthropic-beta") == "operators-2026-01-01")
        }
    }

    @Test("what Anthropic says of an experiment that it does not know reaches the client")
    func unknown() async throws {
        try await run { _, _, customer in
            let answer = try await customer.call(
                "POST", "/v1/messages", json: Self.question, headers: ["anthropic-beta": "unknown-2020-01-01"])
            #expect(answer.status == 400 && answer.text.contains("unknown-2020-01-01"), "\(answer.text)")
        }
    }

    @Test("neither goes along with a call that is translated, from or to Anthropic's words")
    func translated() async throws {
        let chosen = ["anthropic-version": "2026-10-21", "anthropic-beta": "one-2025-08-07"]
        try await run { fixture, fake, customer in
            let chat = try await customer.call(
                "POST", "/v1/chat/completions",
                json: #"{"model":"m","messages":[{"role":"user","content":"hello there"}]}"#, headers: chosen)
            #expect(chat.status == 200, "\(chat.text)")
            #expect(fake.arrivals.last?.header("anthropic-version") == "2023-06-01")
            #expect(fake.arrivals.last?.header("anthropic-beta") == nil)
            let other = try await fixture.makeCustomer()
            let answer = try await other.call(
                "POST", "/v1/messages", json: Self.question.replacing("\"m\"", with: "\"fake-chat\""), headers: chosen)
            #expect(answer.status == 200, "\(answer.text)")
            let arrival = try #require(fixture.provider.arrivals.last)
            #expect(!arrival.headers.contains { $0.name.lowercased().hasPrefix("anthropic") })
        }
    }

    @Test("an answer to one choice is not given to another")
    func cached() async throws {
        try await run { fixture, fake, customer in
            let config = #"{"cache": {"enabled": true}}"#
            #expect(try await fixture.admin("PUT", "/tenants/\(customer.tenant)/config", json: config).status == 200)
            var seen: [String?] = []
            for beta in ["one-2025-08-07", "one-2025-08-07", "two-2025-08-07"] {
                let answer = try await customer.call(
                    "POST", "/v1/messages", json: Self.question, headers: ["anthropic-beta": beta])
                seen.append(answer.headers[try #require(HTTPField.Name("x-asterism-cache"))])
            }
            #expect(seen == ["miss", "hit", "miss"])
            #expect(fake.meter.requests == 2)
        }
    }

    @Test(
        "a header that is no date, no list of names, or too long is refused by its name",
        arguments: [
            ("anthropic-version", "latest"), ("anthropic-version", "2023-06-01, 2023-06-01"),
            ("anthropic-version", "2023-6-01"), ("anthropic-version", ""), ("anthropic-beta", "a;b"),
            ("anthropic-beta", "a\tb"), ("anthropic-beta", "a\r\nx-api-key: b"), ("anthropic-beta", "é"),
            ("anthropic-beta", String(repeating: "a", count: 1_025)),
        ])
    func refused(name: String, value: String) throws {
        let field = try #require(HTTPField.Name(name))
        // HTTPFields itself makes spaces of what could end a header.
        let fields: HTTPFields = [field: value]
        if value.contains("\r\n") {
            #expect(fields[field]?.contains("\r") == false && fields[field]?.contains("\n") == false)
        }
        let error = #expect(throws: APIError.self) { try InterfaceChoice.of(fields, in: .anthropicMessages) }
        #expect(error?.code == .malformedRequest)
        #expect(error?.publicDetail?.hasPrefix(name) == true)
        #expect(try InterfaceChoice.of(fields, in: .openAIChat) == nil)
    }
}
