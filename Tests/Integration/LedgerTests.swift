import Contracts
import CurlClient
import Foundation
import Support
import Synchronization
import Testing

/// Ten thousand calls of every kind through two gateways, with clients that go away, providers that fail, a tenant whose
/// budget ends, and one of the gateways killed with SIGKILL in the middle.
///
/// What must hold in the end:
/// - every call that the provider billed is on the ledger exactly once, with the provider's own figures to the token;
/// - but for the calls under way in the gateway that was killed, which are there once each as estimates;
/// - no budget is exceeded.
@Suite("The ledger against what the provider metered", .serialized)
struct LedgerTests {
    /// `ASTERISM_LEDGER_CALLS` sets another number.
    static let calls = ProcessInfo.processInfo.environment["ASTERISM_LEDGER_CALLS"].flatMap { Int($0) } ?? 10_000
    private static let lanes = 24
    /// In pico-dollars: room for a few hundred small calls at the price of an unknown model.
    private static let budget = "0.15"

    @Test("the ledger equals what the provider billed, to the token, and no budget is exceeded")
    func ledger() async throws {
        let constellation = try await Constellation.start { settings in
            settings.extra["MODEL_FIRST_BYTE_TIMEOUT"] = "2s"
            settings.extra["MODEL_IDLE_TIMEOUT"] = "1s"
        }
        let provider = try await FakeProvider.start()
        defer { Task { await provider.stop() } }
        for (model, fault) in LedgerLoad.faults { provider.fail(model, with: fault) }
        try await constellation.launchSecondGateway()

        let rich = try await LedgerLoad.customer(constellation, provider, "Rich", budget: nil)
        let poor = try await LedgerLoad.customer(constellation, provider, "Poor", budget: Self.budget)
        let load = LedgerLoad(
            urls: [constellation.url(.gateway), constellation.secondGatewayURL], rich: rich, poor: poor)
        let traffic = Task { await load.run(calls: Self.calls, lanes: Self.lanes) }
        while load.begun < Self.calls / 2 { try await Task.sleep(for: .milliseconds(20)) }
        await constellation.killSecondGateway()
        try await constellation.launchSecondGateway()
        await traffic.value

        let bills = provider.bills
        let events = try await settled(constellation, [rich, poor], bills)
        try expectEqual(bills, events)
        try await expectWithinBudget(poor, constellation)
        print("ledger test: \(load.summary); \(bills.count) calls billed, \(events.count) on the ledger")
        await constellation.stop()
    }

    private struct Event {
        let model: String
        let prompt: Int64
        let completion: Int64
        let isExact: Bool
    }

    /// The events of both tenants by id, when every call that was billed is among them and nothing is under way any more.
    private func settled(
        _ constellation: Constellation, _ tenants: [DemoTenant], _ bills: [String: FakeProvider.Meter]
    ) async throws -> [String: Event] {
        var events: [String: Event] = [:]
        var last = -1
        for _ in 0..<240 {
            events = [:]
            for tenant in tenants {
                for item in try await tenant.all("/v1/usage/events") {
                    guard let id = item["id"] as? String else { continue }
                    #expect(events[id] == nil, "twice on the ledger: \(id)")
                    events[id] = Event(
                        model: item["model"] as? String ?? "",
                        prompt: (item["prompt_tokens"] as? NSNumber)?.int64Value ?? -1,
                        completion: (item["completion_tokens"] as? NSNumber)?.int64Value ?? -1,
                        isExact: item["is_exact"] as? Bool ?? true)
                }
            }
            let known = events
            if bills.keys.allSatisfy({ known[$0] != nil }), events.count == last { return events }
            last = events.count
            try await Task.sleep(for: .milliseconds(500))
        }
        return events
    }

    private func expectEqual(_ bills: [String: FakeProvider.Meter], _ events: [String: Event]) throws {
        var estimated = 0
        var differing: [String] = []
        var missing = 0
        for (id, bill) in bills {
            guard let event = events[id] else {
                missing += 1
                continue
            }
            guard event.isExact else {
                estimated += 1
                continue
            }
            if event.prompt != bill.promptTokens || event.completion != bill.completionTokens { differing.append(id) }
        }
        #expect(missing == 0, "billed, and not on the ledger")
        #expect(differing.isEmpty, "other figures on the ledger than the provider's: \(differing.prefix(5))")
        #expect(estimated <= Self.lanes, "only what was under way in the killed gateway is estimated")
        // What is on the ledger as exact and was never billed must be free: a failure before any work.
        let unbilled = events.filter { bills[$0.key] == nil && $0.value.isExact }
        #expect(unbilled.allSatisfy { $0.value.prompt == 0 && $0.value.completion == 0 })
        let exact = events.filter { bills[$0.key] != nil && $0.value.isExact }
        let tokens = exact.values.reduce(Int64(0)) { $0 + $1.prompt + $1.completion }
        print(
            "ledger test: \(tokens) tokens exact, \(estimated) billed calls estimated, \(unbilled.count) free failures")
    }

    private func expectWithinBudget(_ tenant: DemoTenant, _ constellation: Constellation) async throws {
        let answer = try await tenant.get("/v1/usage/costs")
        let total = (answer.json("total", "cost") as? String).flatMap { Decimal(string: $0) }
        let spent = try #require(total, "\(answer.text)")
        let limit = try #require(Decimal(string: Self.budget))
        #expect(spent <= limit, "\(spent) of \(limit)")
        print("ledger test: \(spent) USD spent of a budget of \(limit)")
    }
}
