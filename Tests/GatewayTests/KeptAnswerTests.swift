import Contracts
import Foundation
import HTTPTypes
import Support
import Testing

@testable import Gateway

@Suite("Answers that are given again, through a gateway", .serialized)
struct KeptAnswerTests {
    private static let field = HTTPField.Name("x-asterism-cache")

    /// A customer whose tenant has switched its cache on.
    private func run(
        _ config: String = #"{"cache": {"enabled": true}}"#,
        _ body: @escaping @Sendable (GatewayFixture, Customer) async throws -> Void
    ) async throws {
        try await GatewayFixture.run { fixture in
            let customer = try await fixture.makeCustomer()
            let answer = try await fixture.admin("PUT", "/tenants/\(customer.tenant)/config", json: config)
            #expect(answer.status == 200, "\(answer.text)")
            try await eventually {
                let seed = Int.random(in: 1...1_000_000_000)
                let probe = try await customer.chat(extra: #", "max_tokens": 20, "seed": \#(seed)"#)
                return Self.field.flatMap { probe.headers[$0] } != nil
            }
            try await body(fixture, customer)
        }
    }

    private func result(_ answer: ServiceTestResponse) -> String? { Self.field.flatMap { answer.headers[$0] } }

    @Test("the same question is answered from what is kept, at no cost, and what it saved is on the record")
    func hit() async throws {
        try await run { fixture, customer in
            let first = try await customer.chat()
            #expect(result(first) == "miss")
            let (calls, before) = (fixture.provider.meter.requests, try fixture.usage(of: customer.tenant).count)
            let second = try await customer.chat()
            #expect(result(second) == "hit" && second.text == first.text && second.headers[.age] != nil)
            #expect(fixture.provider.meter.requests == calls)
            let event = try #require(try fixture.usage(of: customer.tenant).dropFirst(before).first)
            #expect(event.promptTokens == 0 && event.completionTokens == 0 && event.savedPicoUSD > 0)
            let record = try #require(try fixture.audit(of: customer.tenant).last)
            #expect(record.details["cache"] == "hit" && record.outcome == .success)
        }
    }

    @Test("a whole answer is given again as a stream, and a stream as a whole answer")
    func acrossForms() async throws {
        try await run { fixture, customer in
            let whole = try await customer.chat()
            let calls = fixture.provider.meter.requests
            let stream = try await customer.chat(stream: true)
            #expect(result(stream) == "hit", "\(stream.text)")
            #expect(stream.text.hasSuffix("data: [DONE]\n\n") && stream.text.contains("said"))
            #expect(fixture.provider.meter.requests == calls)
            let other = try await customer.chat(stream: true, extra: ", \"seed\": 7")
            #expect(result(other) == "miss")
            let again = try await customer.chat(extra: ", \"seed\": 7")
            #expect(result(again) == "hit", "\(again.text)")
            #expect(again.text.contains("You said: hello there"), "\(again.text)")
            #expect(whole.status == 200 && fixture.provider.meter.requests == calls + 1)
        }
    }

    @Test("a request may ask for a new answer, or for no part in it at all")
    func directives() async throws {
        try await run { fixture, customer in
            let body = #"{"model":"fake-chat","messages":[{"role":"user","content":"x"}]}"#
            _ = try await customer.call("POST", "/v1/chat/completions", json: body)
            let calls = fixture.provider.meter.requests
            let fresh = try await customer.call(
                "POST", "/v1/chat/completions", json: body, headers: ["Cache-Control": "no-cache"])
            #expect(result(fresh) == "miss" && fixture.provider.meter.requests == calls + 1)
            let apart = try await customer.call(
                "POST", "/v1/chat/completions", json: body, headers: ["Cache-Control": "no-store"])
            #expect(result(apart) == "bypass" && fixture.provider.meter.requests == calls + 2)
        }
    }

    @Test("another tenant with the same question gets an answer of its own")
    func isolation() async throws {
        try await run { fixture, customer in
            _ = try await customer.chat()
            let stranger = try await fixture.makeCustomer()
            _ = try await fixture.admin(
                "PUT", "/tenants/\(stranger.tenant)/config", json: #"{"cache": {"enabled": true}}"#)
            let calls = fixture.provider.meter.requests
            let answer = try await stranger.chat()
            #expect(answer.status == 200 && result(answer) != "hit")
            #expect(fixture.provider.meter.requests == calls + 1)
        }
    }

    @Test("the same question asked many times at once is one call, and those who waited are on the record for nothing")
    func shared() async throws {
        try await run { fixture, customer in
            let before = try fixture.usage(of: customer.tenant).count
            let calls = fixture.provider.meter.requests
            let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<20 { group.addTask { try await customer.chat(extra: ", \"seed\": 99").status } }
                return try await group.reduce(into: [Int]()) { $0.append($1) }
            }
            #expect(statuses.allSatisfy { $0 == 200 })
            #expect(fixture.provider.meter.requests == calls + 1)
            let events = try fixture.usage(of: customer.tenant).dropFirst(before)
            #expect(events.count == 20)
            #expect(events.count { $0.promptTokens > 0 } == 1)
        }
    }

    @Test("a tenant's limits on tokens and calls at a time are 429 with the time to wait, and take no money")
    func limits() async throws {
        try await run(#"{"limits": {"tokens_per_minute": 2000}, "cache": {"enabled": true}}"#) { fixture, customer in
            let calls = fixture.provider.meter.requests
            let answer = try await customer.chat(extra: ", \"max_tokens\": 5000")
            #expect(answer.status == 429, "\(answer.text)")
            #expect(answer.headers[.retryAfter] != nil)
            #expect(fixture.provider.meter.requests == calls)
            #expect(try fixture.audit(of: customer.tenant).last?.outcome == .denied)
        }
    }

}
