import Contracts
import Foundation
import HTTPTypes
import Support
import Synchronization
import Testing

@testable import Gateway

@Suite("Answers to questions of the same meaning, through a gateway", .serialized)
struct SemanticDeliveryTests {
    private static let config =
        #"{"cache": {"enabled": true, "semantic": {"embedding_model": "fake-embedding", "similarity": 0.9}}}"#
    private static let question = "how do i reset my vpn password"
    private static let alike = "how do i reset my vpn password please"
    private static let unlike = "when does the canteen open on friday"

    /// What the fake was asked for since `start`: chats and embeddings.
    private static func calls(_ fixture: GatewayFixture, since start: Int) -> (chats: Int, embeddings: Int) {
        let paths = fixture.provider.arrivals.dropFirst(start).map(\.path)
        return (paths.count { $0.hasSuffix("/completions") }, paths.count { $0.hasSuffix("/embeddings") })
    }

    private func run(
        _ config: String = SemanticDeliveryTests.config,
        _ body: @escaping @Sendable (GatewayFixture, Customer) async throws -> Void
    ) async throws {
        try await GatewayFixture.run { fixture in
            try await body(fixture, try await fixture.makeCachingCustomer(config))
        }
    }

    @Test("a question that is alike gets the kept answer, is told how alike it is, and pays for its embedding alone")
    func hit() async throws {
        try await run { fixture, customer in
            let before = try fixture.usage(of: customer.tenant).count
            let start = fixture.provider.arrivals.count
            let first = try await customer.ask(Self.question, extra: #","user":"ann""#)
            #expect(first.status == 200 && first.cache == "miss" && first.similarity == nil)
            let second = try await customer.ask(Self.alike, extra: #","user":"ann""#)
            #expect(second.status == 200 && second.cache == "semantic", "\(second.text)")
            #expect(second.bytes == first.bytes && second.headers[.age] != nil)
            let similarity = try #require(second.similarity)
            #expect(similarity >= 0.9 && similarity < 1)
            #expect(Self.calls(fixture, since: start) == (1, 2))
            let events = Array(try fixture.usage(of: customer.tenant).dropFirst(before))
            #expect(events.map(\.kind) == [.embedding, .chat, .embedding, .chat])
            #expect(events[0].promptTokens == 7 && events[2].promptTokens == 8)
            #expect(events.allSatisfy { $0.user == "ann" })
            #expect(events[2].requestID == events[3].requestID)
            let paid = try #require(
                FakeBilling.price.cost(
                    promptTokens: events[1].promptTokens, completionTokens: events[1].completionTokens))
            #expect(events[3].promptTokens == 0 && events[3].completionTokens == 0 && events[3].savedPicoUSD == paid)
            let record = try #require(try fixture.audit(of: customer.tenant).last)
            #expect(record.details["cache"] == "semantic")
            #expect(record.details["similarity"].flatMap(Double.init) == similarity)
            // The same question once more is the same to the byte, whatever it is like; its own is not.
            #expect(try await customer.ask(Self.question).cache == "hit")
            let third = try await customer.ask(Self.alike)
            #expect(third.cache == "semantic" && Self.calls(fixture, since: start) == (1, 2))
            #expect(try fixture.usage(of: customer.tenant).suffix(2).allSatisfy { $0.promptTokens == 0 })
        }
    }

    @Test("streams and whole answers are kept for each other")
    func streams() async throws {
        try await run { fixture, customer in
            let start = fixture.provider.arrivals.count
            let first = try await customer.ask(Self.question, extra: #","stream":true"#)
            #expect(first.cache == "miss" && first.text.hasSuffix("data: [DONE]\n\n"))
            let whole = try await customer.ask(Self.alike)
            #expect(whole.cache == "semantic" && whole.text.contains("You said: \(Self.question)"), "\(whole.text)")
            let stream = try await customer.ask(Self.alike, extra: #","stream":true"#)
            #expect(stream.cache == "semantic" && stream.text.hasSuffix("data: [DONE]\n\n"), "\(stream.text)")
            #expect((stream.similarity ?? 0) >= 0.9)
            #expect(Self.calls(fixture, since: start).chats == 1)
        }
    }

    @Test("what is not alike enough, of another number, or of another tenant goes to the provider")
    func miss() async throws {
        try await run { fixture, customer in
            let start = fixture.provider.arrivals.count
            let stranger = try await fixture.makeCachingCustomer(Self.config)
            for text in [Self.question, Self.unlike, "\(Self.question) 4711", "\(Self.question) 4712"] {
                let answer = try await customer.ask(text)
                #expect(answer.cache == "miss" && answer.text.contains("You said: \(text)"), "\(answer.text)")
            }
            let foreign = try await stranger.ask(Self.alike)
            #expect(foreign.cache == "miss" && foreign.text.contains("You said: \(Self.alike)"))
            #expect(Self.calls(fixture, since: start).chats == 5)
        }
    }

    @Test("requests with tools, several turns or other than text never have to do with it")
    func ineligible() async throws {
        try await run { fixture, customer in
            let start = fixture.provider.arrivals.count
            _ = try await customer.ask(
                Self.question, extra: #","tools":[{"type":"function","function":{"name":"f","parameters":{}}}]"#)
            _ = try await customer.ask(Self.question, extra: #","n":2"#)
            _ = try await customer.ask(Self.question, headers: ["Cache-Control": "no-store"])
            let image =
                #"[{"type":"text","text":"hi"},{"type":"image_url","image_url":{"url":"data:image/png;base64,AA=="}}]"#
            _ = try await customer.call(
                "POST", "/v1/chat/completions",
                json: #"{"model":"fake-chat","messages":[{"role":"user","content":\#(image)}]}"#)
            #expect(Self.calls(fixture, since: start) == (4, 0))
        }
    }

    @Test("a tenant that has not asked for it has nothing of it, and pays nothing for it")
    func off() async throws {
        try await run(#"{"cache": {"enabled": true}}"#) { fixture, customer in
            let before = try fixture.usage(of: customer.tenant).count
            let start = fixture.provider.arrivals.count
            #expect(try await customer.ask(Self.question).cache == "miss")
            #expect(try await customer.ask(Self.alike).cache == "miss")
            #expect(Self.calls(fixture, since: start) == (2, 0))
            #expect(try fixture.usage(of: customer.tenant).dropFirst(before).allSatisfy { $0.kind == .chat })
        }
    }

    @Test("when the question cannot be embedded, or not in time, the call goes on")
    func failing() async throws {
        try await run { fixture, customer in
            for fault in [FakeProvider.Fault.status(500), .status(401), .silence, .malformedJSON] {
                fixture.provider.fail("fake-embedding", with: fault)
                let answer = try await customer.ask("\(Self.question) after \(fault)".replacing("\"", with: ""))
                #expect(answer.status == 200 && answer.cache == "miss", "\(fault): \(answer.text)")
            }
            let records = try fixture.audit(of: customer.tenant).suffix(20)
            #expect(records.contains { $0.action == "embedding.create" && $0.outcome == .failure })
        }
        try await run(
            #"{"cache": {"enabled": true, "semantic": {"embedding_model": "nobody-has-it", "similarity": 0.9}}}"#
        ) { _, customer in
            let first = try await customer.ask(Self.question)
            #expect(first.status == 200)
            #expect(try await customer.ask(Self.alike).cache == "miss")
        }
    }

    @Test("a request for a new answer replaces what is given to questions like it")
    func refreshed() async throws {
        try await run { fixture, customer in
            _ = try await customer.ask(Self.question)
            let start = fixture.provider.arrivals.count
            let fresh = try await customer.ask(Self.alike, headers: ["Cache-Control": "no-cache"])
            #expect(fresh.cache == "miss" && Self.calls(fixture, since: start).chats == 1)
            let near = try await customer.ask("please, \(Self.alike)")
            #expect(near.cache == "semantic" && near.text.contains("You said: \(Self.alike)"), "\(near.text)")
        }
    }

    @Test("many who ask the same at once have one embedding and one call between them")
    func together() async throws {
        try await run { fixture, customer in
            let before = try fixture.usage(of: customer.tenant).count
            let start = fixture.provider.arrivals.count
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<20 {
                    group.addTask {
                        let answer = try await customer.ask(Self.question)
                        #expect(answer.status == 200, "\(answer.text)")
                    }
                }
                try await group.waitForAll()
            }
            #expect(Self.calls(fixture, since: start) == (1, 1))
            let events = try fixture.usage(of: customer.tenant).dropFirst(before)
            #expect(events.count { $0.kind == .chat } == 20 && events.count { $0.kind == .embedding } == 1)
        }
    }

    @Test("the embedding of a question is paid from the tenant's budget as any call")
    func budget() async throws {
        try await GatewayFixture.run { fixture in
            let customer = try await fixture.makeCustomer()
            // Enough for embeddings, and not for the most that an answer may cost.
            fixture.billing.state.withLock { $0.budgets[customer.tenant] = 5_000_000_000 }
            try await customer.configure(Self.config)
            let start = fixture.provider.arrivals.count
            #expect(try await customer.ask(Self.question).status == 402)
            #expect(Self.calls(fixture, since: start) == (0, 1))
            let event = try #require(try fixture.usage(of: customer.tenant).last)
            #expect(event.kind == .embedding && event.promptTokens == 7 && event.lease != nil)
            #expect(try fixture.audit(of: customer.tenant).last?.outcome == .denied)
        }
    }
}
