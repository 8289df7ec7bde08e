import Contracts
import Foundation
import Support
import Synchronization
import Testing

@testable import Gateway

@Suite("Budgets", .serialized)
struct BudgetTests {
    private func setBudget(_ fixture: GatewayFixture, _ tenant: TenantID, _ amount: Int64, chunk: Int64 = .max) {
        fixture.billing.state.withLock {
            $0.budgets[tenant] = amount
            $0.chunk = chunk
        }
    }

    @Test("without a budget the body passes untouched; with one a limit is put in, or lowered")
    func limits() async throws {
        try await GatewayFixture.run { fixture in
            let customer = try await fixture.makeCustomer()
            #expect(try await customer.chat().status == 200)
            let free = try #require(fixture.provider.arrivals.last)
            #expect(!String(decoding: free.body, as: UTF8.self).contains("max_tokens"))
            let budgeted = try await fixture.makeCustomer()
            setBudget(fixture, budgeted.tenant, 1_000_000_000_000)
            #expect(try await budgeted.chat().status == 200)
            let limited = try #require(fixture.provider.arrivals.last)
            #expect(String(decoding: limited.body, as: UTF8.self).contains("\"max_tokens\":4096,"))
            #expect(try await budgeted.chat(extra: ", \"max_tokens\": 1000000").status == 200)
            let lowered = try #require(fixture.provider.arrivals.last)
            #expect(String(decoding: lowered.body, as: UTF8.self).contains("\"max_tokens\": 32768"))
            let event = try #require(try fixture.usage(of: budgeted.tenant).first)
            #expect(event.lease != nil)
        }
    }

    @Test("an exhausted budget is 402 in OpenAI's shape, with a record and no call to the provider")
    func exhausted() async throws {
        try await GatewayFixture.run { fixture in
            let customer = try await fixture.makeCustomer()
            setBudget(fixture, customer.tenant, 10)
            let answer = try await customer.chat()
            #expect(answer.status == 402, "\(answer.text)")
            #expect(answer.text.contains("\"insufficient_quota\""))
            #expect(fixture.provider.meter.requests == 0)
            #expect(try fixture.audit(of: customer.tenant).map(\.outcome) == [.denied])
        }
    }

    @Test("many calls at once never spend more than the budget, and none is refused while there is enough")
    func concurrent() async throws {
        try await GatewayFixture.run { fixture in
            let customer = try await fixture.makeCustomer()
            // One call holds about 50 + 20 tokens; the budget has room for a few of the hundred.
            setBudget(fixture, customer.tenant, 500_000_000, chunk: 1)
            let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<100 {
                    group.addTask { try await customer.chat(extra: ", \"max_tokens\": 10").status }
                }
                return try await group.reduce(into: [Int]()) { $0.append($1) }
            }
            #expect(statuses.contains(200))
            #expect(statuses.allSatisfy { $0 == 200 || $0 == 402 || $0 == 503 }, "\(statuses)")
            let cost = try fixture.usage(of: customer.tenant).reduce(Int64(0)) { sum, event in
                sum
                    + (FakeBilling.price.cost(
                        promptTokens: event.promptTokens, completionTokens: event.completionTokens) ?? 0)
            }
            #expect(cost <= 500_000_000)
        }
    }

    @Test("the line of a batch is held for at the price of a batch: it fits a budget that the same call does not")
    func batchHold() async throws {
        try await GatewayFixture.run { fixture in
            let tenant = try await fixture.makeTenant()
            _ = try await fixture.makeProvider(tenant, models: ["batch-chat"])
            let key = try await fixture.makeKey(tenant)
            let customer = Customer(fixture: fixture, tenant: tenant, keyID: key.id, key: try #require(key.key))
            // A thousand tokens of an answer are 2 billion pico-dollars, half of that in a batch.
            setBudget(fixture, tenant, 1_500_000_000)
            let body = #"{"model":"batch-chat","max_tokens":1000,"messages":[{"role":"user","content":"hello"}]}"#
            #expect(try await customer.call("POST", "/v1/chat/completions", json: body).status == 402)
            let line = #"{"custom_id":"a","method":"POST","url":"/v1/chat/completions","body":\#(body)}"#
            let batch = try await customer.ended(try await customer.batch([line])).json
            #expect(batch["request_counts"] as? [String: Int] == ["total": 1, "completed": 1, "failed": 0], "\(batch)")
            let event = try #require(try fixture.usage(of: tenant).first)
            #expect(event.isBatch && event.lease != nil)
        }
    }

    @Test("with billing away, a tenant with a budget goes on to the end of its lease and is then refused with 503")
    func billingAway() async throws {
        try await GatewayFixture.run { fixture in
            let customer = try await fixture.makeCustomer()
            setBudget(fixture, customer.tenant, 1_000_000_000_000, chunk: 200_000_000)
            #expect(try await customer.chat(extra: ", \"max_tokens\": 10").status == 200)
            fixture.billing.state.withLock { $0.isDown = true }
            #expect(try await customer.chat(extra: ", \"max_tokens\": 10").status == 200)
            let answer = try await customer.chat(extra: ", \"max_tokens\": 30000")
            #expect(answer.status == 503, "\(answer.text)")
            let stranger = try await fixture.makeCustomer()
            #expect(try await stranger.chat().status == 503)
        }
    }

    @Test("after a start the leases of earlier runs are reconciled")
    func reconciliation() async throws {
        try await GatewayFixture.run { fixture in
            try await eventually { !fixture.billing.state.withLock { $0.reconciliations.isEmpty } }
        }
    }
}
