import Contracts
import Foundation
import HTTPTypes
import Support
import Synchronization
import Testing

@testable import Gateway

@Suite("Embeddings that are kept and shared, through a gateway", .serialized)
struct EmbeddingDeliveryTests {
    /// That of the fallback in the fake's price book.
    private static let price: Int64 = 10_000_000

    private static func vector(_ text: String) -> [Float] { FakeEmbeddings.vector(text, dimensions: 256) }

    @Test("a text that was embedded before is not sent again, costs nothing, and what it saved is on the record")
    func kept() async throws {
        try await GatewayFixture.run { fixture in
            let customer = try await fixture.makeCachingCustomer()
            let (before, calls) = (try fixture.usage(of: customer.tenant).count, fixture.provider.meter.requests)
            let first = try await customer.embed(["one two", "three", "one two"])
            #expect(first.status == 200 && first.cache == "miss" && first.promptTokens == 3, "\(first.text)")
            #expect(first.vectors == [Self.vector("one two"), Self.vector("three"), Self.vector("one two")])
            #expect(fixture.provider.arrivals.last?.input == ["one two", "three"])
            let second = try await customer.embed(["three", "four five six", "one two"])
            #expect(second.cache == "partial" && second.promptTokens == 3)
            #expect(second.vectors == [Self.vector("three"), Self.vector("four five six"), Self.vector("one two")])
            #expect(fixture.provider.arrivals.last?.input == ["four five six"])
            let third = try await customer.call(
                "POST", "/v1/embeddings", json: #"{"input": "four five six", "user": "u", "model": "fake-embedding"}"#)
            #expect(third.cache == "hit" && third.promptTokens == 0 && third.headers[.age] != nil)
            #expect(third.vectors == [Self.vector("four five six")])
            #expect(fixture.provider.meter.requests == calls + 2)
            let events = Array(try fixture.usage(of: customer.tenant).dropFirst(before))
            #expect(events.map(\.promptTokens) == [3, 3, 0])
            // The text that was there twice, two kept texts, and one.
            #expect(events.map(\.savedPicoUSD) == [2 * Self.price, 3 * Self.price, 3 * Self.price])
            #expect(events.allSatisfy { $0.isExact && $0.kind == .embedding } && events.last?.user == "u")
            let records = try fixture.audit(of: customer.tenant).suffix(3)
            #expect(records.map { $0.details["cache"] } == [nil, "partial", "hit"])
            #expect(records.allSatisfy { $0.outcome == .success && $0.action == "embedding.create" })
        }
    }

    @Test("other parameters are other vectors; a request may ask for new ones, or for no part in it")
    func directives() async throws {
        try await GatewayFixture.run { fixture in
            let customer = try await fixture.makeCachingCustomer()
            _ = try await customer.embed(["x"])
            let calls = fixture.provider.meter.requests
            #expect(try await customer.embed(["x"], extra: #","dimensions":8"#).vectors.first?.count == 8)
            #expect(try await customer.embed(["x"], extra: #","encoding_format":"base64""#).cache == "miss")
            #expect(try await customer.embed(["x"], headers: ["Cache-Control": "no-cache"]).cache == "miss")
            #expect(try await customer.embed(["x"], headers: ["Cache-Control": "no-store"]).cache == "bypass")
            #expect(fixture.provider.meter.requests == calls + 4)
            let last = try #require(fixture.provider.arrivals.last)
            #expect(String(decoding: last.body, as: UTF8.self) == #"{"model":"fake-embedding","input":["x"]}"#)
            #expect(try await customer.embed(["x"], extra: #","encoding_format":"base64""#).cache == "hit")
            // What cannot be taken apart is the provider's to answer.
            for input in [#"[[1, 2], "a"]"#, "null", "[ ]"] {
                let body = #"{"model": "fake-embedding", "input":\#(input), "user": "u"}"#
                let odd = try await customer.call("POST", "/v1/embeddings", json: body)
                #expect(odd.cache == nil, "\(odd.text)")
                #expect(fixture.provider.arrivals.last?.body == Array(body.utf8))
            }
        }
    }

    @Test("two tenants with the same texts pay what the provider metered for each, and never share a vector or a call")
    func ledger() async throws {
        let patience = ["MODEL_FIRST_BYTE_TIMEOUT": "60s", "MODEL_IDLE_TIMEOUT": "60s", "MODEL_TOTAL_TIMEOUT": "60s"]
        try await GatewayFixture.run(settings: patience) { fixture in
            let customers = [try await fixture.makeCachingCustomer(), try await fixture.makeCachingCustomer()]
            var before: [Int] = []
            for customer in customers { before.append(try fixture.usage(of: customer.tenant).count) }
            let (billed, arrived) = (Set(fixture.provider.bills.keys), fixture.provider.arrivals.count)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<400 {
                    let owner = number % 2
                    // Texts of both, of one, and of this call alone.
                    let texts = [
                        "common text number \(number / 2 % 25)", "only of tenant \(owner) at \(number / 2 % 40)",
                        String(repeating: "word ", count: number % 7) + "\(owner) call \(number)",
                    ]
                    group.addTask {
                        let answer = try await customers[owner].embed(texts)
                        #expect(answer.status == 200 && answer.vectors == texts.map(Self.vector), "\(answer.text)")
                    }
                }
                try await group.waitForAll()
            }
            let bills = fixture.provider.bills.filter { !billed.contains($0.key) }
            let arrivals = fixture.provider.arrivals.dropFirst(arrived)
            #expect(arrivals.count < 400, "calls were shared")
            for (owner, customer) in customers.enumerated() {
                let events = try fixture.usage(of: customer.tenant).dropFirst(before[owner])
                #expect(events.count == 200 && events.allSatisfy { $0.isExact })
                let ids = Set(events.map(\.id.description))
                let metered = bills.filter { ids.contains($0.key) }.values.reduce(0) { $0 + $1.promptTokens }
                #expect(events.promptTokens == metered && metered > 0)
                // Each call carries the texts of one tenant, and none that it has had already alone.
                let own = arrivals.filter { arrival in arrival.input.contains { $0.contains("\(owner) call") } }
                #expect(
                    own.allSatisfy { arrival in
                        arrival.input.allSatisfy {
                            !$0.contains("\(1 - owner) call") && !$0.contains("tenant \(1 - owner)")
                        }
                    })
                #expect(own.allSatisfy { ids.contains($0.header("x-client-request-id") ?? "") })
                #expect(own.contains { $0.input.count > 3 }, "calls were shared")
                let records = try fixture.audit(of: customer.tenant).suffix(200)
                #expect(Set(records.map(\.id)).count == 200)
                let shared = records.compactMap { $0.details["shared_call"] }
                #expect(!shared.isEmpty && shared.allSatisfy { ids.contains($0) })
            }
            #expect(bills.count == arrivals.count)
            for customer in customers {
                #expect(try await customer.embed(["common text number 0"]).cache == "hit")
                #expect(try fixture.usage(of: customer.tenant).last?.savedPicoUSD ?? 0 > 0)
            }
        }
    }

    @Test("one caller's text that the provider refuses is that caller's failure alone")
    func refused() async throws {
        try await GatewayFixture.run { fixture in
            let customer = try await fixture.makeCachingCustomer()
            let (before, metered) = (try fixture.usage(of: customer.tenant).count, fixture.provider.meter.promptTokens)
            let statuses = try await withThrowingTaskGroup(of: (Int, Int).self) { group in
                for number in 0..<40 {
                    let texts = number % 10 == 7 ? ["text \(number)", ""] : ["text \(number)"]
                    group.addTask { (number, try await customer.embed(texts).status) }
                }
                return try await group.reduce(into: [Int: Int]()) { $0[$1.0] = $1.1 }
            }
            #expect(statuses.filter { $0.value != 200 }.keys.sorted() == [7, 17, 27, 37])
            #expect(statuses[7] == 400)
            let events = try fixture.usage(of: customer.tenant).dropFirst(before)
            #expect(events.count == 40)
            #expect(events.promptTokens == fixture.provider.meter.promptTokens - metered)
            #expect(try fixture.audit(of: customer.tenant).suffix(40).count { $0.outcome == .failure } == 4)
        }
    }

    @Test("a fallback's vectors are never given for those of the model that was asked for")
    func fallback() async throws {
        try await GatewayFixture.run { fixture in
            let other = try await FakeProvider.start()
            let customer = try await fixture.makeCustomer()
            _ = try await fixture.makeProvider(
                customer.tenant, models: ["other-embedding"], name: "other", server: other)
            try await customer.configure(
                #"""
                {"cache": {"enabled": true}, "models": {
                    "fallbacks": {"fake-embedding": ["other-embedding"]},
                    "aliases": {"vectors": {"targets": [{"model": "fake-embedding"}]}}}}
                """#)
            let before = try fixture.usage(of: customer.tenant).count
            fixture.provider.fail("fake-embedding", with: .status(500))
            let helped = try await customer.embed(["some text"])
            #expect(helped.status == 200 && helped.text.contains(#""model":"other-embedding""#), "\(helped.text)")
            fixture.provider.fail("fake-embedding", with: nil)
            let own = try await customer.embed(["some text"])
            #expect(own.cache == "miss" && own.text.contains(#""model":"fake-embedding""#), "\(own.text)")
            // An alias is its model.
            #expect(try await customer.embed(["some text"], model: "vectors").cache == "hit")
            let events = Array(try fixture.usage(of: customer.tenant).dropFirst(before))
            #expect(events.map(\.promptTokens) == [0, 2, 2, 0])
            #expect(events.map(\.attempt) == [1, 2, 1, 1])
            #expect(other.meter.promptTokens == 2)
            await other.stop()
        }
    }

    @Test("when no provider is left each caller gets the failure, and each has its record", arguments: [500, 429, 401])
    func failed(_ status: Int) async throws {
        try await GatewayFixture.run { fixture in
            let customer = try await fixture.makeCachingCustomer()
            let before = try fixture.audit(of: customer.tenant).count
            fixture.provider.fail("fake-embedding", with: .status(status, retryAfterSeconds: status == 429 ? 7 : nil))
            let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
                for number in 0..<10 { group.addTask { try await customer.embed(["text \(number)"]).status } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(statuses.allSatisfy { $0 == (status == 429 ? 429 : 502) }, "\(statuses)")
            let records = try fixture.audit(of: customer.tenant).dropFirst(before)
            #expect(records.count >= 10 && records.allSatisfy { $0.outcome != .success })
            #expect(try fixture.usage(of: customer.tenant).dropFirst(before).promptTokens == 0)
        }
    }

    @Test("only what is missing is held of the budget")
    func hold() async throws {
        try await GatewayFixture.run { fixture in
            let customer = try await fixture.makeCustomer()
            // 400 tokens; some 1,000 are held for them.
            let long = (0..<400).map { _ in "word" }.joined(separator: " ")
            fixture.billing.state.withLock { $0.budgets[customer.tenant] = 1_200 * Self.price }
            try await customer.configure(#"{"cache": {"enabled": true}}"#)
            #expect(try await customer.embed([long]).status == 200)
            let partial = try await customer.embed([long, "and more"])
            #expect(partial.status == 200 && partial.cache == "partial", "\(partial.text)")
            #expect(try fixture.usage(of: customer.tenant).suffix(2).allSatisfy { $0.lease != nil })
            #expect(try await customer.embed([long + " and more"]).status == 402)
            #expect(try await customer.embed([long]).cache == "hit")
        }
    }
}
