import Contracts
import CurlClient
import Foundation
import Support
import Synchronization
import Testing

@testable import Gateway

@Suite("Streams that are paid for while they come", .serialized)
struct GrowingHoldTests {
    private static let price = FakeBilling.price
    /// The answer repeats the question after two words of its own.
    private static let words = 2_000
    private static let answerTokens: Int64 = 2_002
    private static let limit: Int64 = 3_000

    private static let content = Array(repeating: "w", count: words).joined(separator: " ")

    private static func body(_ limitMember: String = "max_tokens") -> String {
        #"{"model": "fake-chat", "stream": true, "\#(limitMember)": \#(limit), "#
            + #""messages": [{"role": "user", "content": "\#(content)"}]}"#
    }

    /// Enough for the question and so many tokens of an answer.
    private static func budget(answer tokens: Int64) -> Int64 {
        let budget = CallBudget(bodyBytes: body().utf8.count, limit: tokens, choices: 1)
        return budget.cost(at: price)
    }

    private static func cost(_ events: [UsageEvent]) -> Int64 {
        events.reduce(0) {
            $0 + (price.cost(promptTokens: $1.promptTokens, completionTokens: $1.completionTokens) ?? 0)
        }
    }

    private func customer(
        _ fixture: GatewayFixture, budget: Int64, chunk: Int64 = .max,
        config: String = #"{"limits": {"stream_hold_tokens": 200}}"#
    ) async throws -> Customer {
        let customer = try await fixture.makeCustomer()
        let put = try await fixture.admin("PUT", "/tenants/\(customer.tenant)/config", json: config)
        #expect(put.status == 200, "\(put.text)")
        fixture.billing.state.withLock {
            $0.budgets[customer.tenant] = budget
            $0.chunk = chunk
        }
        return customer
    }

    private static func pieces(_ text: String) -> Int { text.components(separatedBy: #"{"content":" "#).count - 1 }

    @Test("with a budget for half of it, a stream is extended again and again and then cut, and nothing is overspent")
    func cut() async throws {
        try await GatewayFixture.run { fixture in
            for chunk in [Int64.max, 1] {
                let budget = Self.budget(answer: Self.answerTokens / 2)
                let customer = try await customer(fixture, budget: budget, chunk: chunk)
                let answer = try await customer.call("POST", "/v1/chat/completions", json: Self.body())
                #expect(answer.status == 200)
                #expect(!answer.text.contains("[DONE]"))
                #expect(answer.text.contains("budget_exhausted") && answer.text.contains("insufficient_quota"))
                let events = try fixture.usage(of: customer.tenant)
                let event = try #require(events.first)
                #expect(events.count == 1 && !event.isExact && event.lease != nil)
                // From 200 on it was extended in steps of 200; all but the margin and one step was used.
                #expect(event.completionTokens > 700, "\(event.completionTokens)")
                #expect(Int64(Self.pieces(answer.text)) <= event.completionTokens)
                #expect(Self.cost(events) <= budget, "\(Self.cost(events)) of \(budget)")
                let record = try #require(try fixture.audit(of: customer.tenant).first)
                #expect(record.outcome == .failure)
                #expect(record.details["reason"]?.contains("budget ended") == true, "\(record.details)")
            }
        }
    }

    @Test("a stream that fits into the budget is not cut, though its limit would not have fitted")
    func fits() async throws {
        try await GatewayFixture.run { fixture in
            let budget = Self.budget(answer: Self.answerTokens + 300)
            let whole = try await customer(fixture, budget: budget, config: "{}")
            #expect(try await whole.call("POST", "/v1/chat/completions", json: Self.body()).status == 402)
            for budget in [budget, budget * 100] {
                let customer = try await customer(fixture, budget: budget)
                let answer = try await customer.call("POST", "/v1/chat/completions", json: Self.body())
                #expect(answer.status == 200)
                #expect(answer.text.hasSuffix("data: [DONE]\n\n"))
                let events = try fixture.usage(of: customer.tenant)
                #expect(events.map(\.completionTokens) == [Self.answerTokens])
                #expect(events.first?.isExact == true)
                #expect(Self.cost(events) <= budget)
            }
        }
    }

    @Test("a hold that outgrows its lease goes to another one, asks again when nobody could say, and names the last")
    func moves() async throws {
        try await GatewayFixture.run { fixture in
            let first = Self.budget(answer: 500)
            let customer = try await customer(fixture, budget: first * 1_000, chunk: first)
            #expect(try await customer.chat(extra: ", \"max_tokens\": 10").status == 200)
            // The first questions after the lease is used up are not heard.
            fixture.billing.state.withLock { $0.outage = 4 }
            let answer = try await customer.call("POST", "/v1/chat/completions", json: Self.body())
            #expect(answer.text.hasSuffix("data: [DONE]\n\n"), "\(answer.text.suffix(300))")
            #expect(fixture.billing.state.withLock { $0.outage } == 0)
            let events = try fixture.usage(of: customer.tenant)
            #expect(events.map(\.completionTokens) == [4, Self.answerTokens])
            let leases = events.compactMap(\.lease)
            #expect(leases.count == 2 && leases[0] != leases[1])
            // What was held for the stream on the first lease was let go: only the first call was spent there.
            try await eventually {
                fixture.billing.state.withLock { $0.closings[leases[0]] } == Self.cost([events[0]])
            }
        }
    }

    @Test("where the budget is not strict the stream goes on to its end, and the ledger says what it cost")
    func waived() async throws {
        try await GatewayFixture.run { fixture in
            let budget = Self.budget(answer: Self.answerTokens / 2)
            let customer = try await customer(
                fixture, budget: budget,
                config: #"{"limits": {"stream_hold_tokens": 200}, "strict_budget": false}"#)
            let answer = try await customer.call("POST", "/v1/chat/completions", json: Self.body())
            #expect(answer.text.hasSuffix("data: [DONE]\n\n"))
            let event = try #require(try fixture.usage(of: customer.tenant).first)
            #expect(event.isExact && event.completionTokens == Self.answerTokens)
        }
    }

    @Test("a client of Anthropic's is told of the end of the budget in its own words")
    func dialect() async throws {
        try await GatewayFixture.run { fixture in
            let customer = try await customer(fixture, budget: Self.budget(answer: Self.answerTokens / 2))
            let answer = try await customer.call("POST", "/v1/messages", json: Self.body())
            #expect(answer.status == 200)
            #expect(answer.text.contains("event: error") && answer.text.contains("billing_error"))
            #expect(!answer.text.contains("message_stop"))
            #expect(try fixture.usage(of: customer.tenant).count == 1)
        }
    }

    @Test("a client that goes in the middle leaves one event behind, and what was held is settled at it")
    func clientGone() async throws {
        try await LiveGateway.run { gateway in
            for config in [
                #"{"limits": {"stream_hold_tokens": 200}}"#,
                #"{"limits": {"stream_hold_tokens": 200}, "client_gone": "abort"}"#,
            ] {
                let (tenant, key) = try await gateway.makeCustomer()
                let put = try await gateway.call("PUT", "/admin/v1/tenants/\(tenant)/config", json: config)
                #expect(put.status == 200)
                let budget = Self.budget(answer: Self.answerTokens / 2)
                gateway.billing.state.withLock { $0.budgets[tenant] = budget }
                let answer = try await gateway.client.stream(
                    gateway.request("POST", "/v1/chat/completions", json: Self.body(), key: key))
                var chunks = answer.body.makeAsyncIterator()
                _ = try await chunks.next()
                answer.body.cancel()
                try await eventually {
                    gateway.billing.state.withLock { $0.events.values.contains { $0.tenant == tenant } }
                }
                let events = gateway.billing.state.withLock { $0.events.values.filter { $0.tenant == tenant } }
                #expect(events.count == 1)
                #expect(Self.cost(events) <= budget)
            }
            try await gateway.end(SIGTERM)
            let state = gateway.billing.state.withLock { $0 }
            #expect(state.closings.values.reduce(0, +) == Self.cost(Array(state.events.values)))
            #expect(state.closings.count == state.granted.count)
        }
    }
}
