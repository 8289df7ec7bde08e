import Contracts
import Foundation
import ServiceKit
import Support
import Synchronization
import Testing

@testable import Gateway

@Suite("A stream that breaks and is carried on by another provider", .serialized)
struct ContinuedStreamTests {
    /// A vendor in one place of a route.
    struct Place: Sendable {
        let vendor: any FakeVendor
        let model: String
        var key = "sk-fake-0000"
        var options = "{}"
        /// After so many pieces of its stream the client has two words of the answer.
        let firstWords: Int

        static let openAI = Place(vendor: FakeOpenAI(), model: "fake-chat", firstWords: 3)
        static let anthropic = Place(vendor: FakeAnthropic(), model: "claude-haiku-4-5", firstWords: 5)
        static let mistral = Place(vendor: FakeMistral(), model: "mistral-large-latest", firstWords: 3)
        static let bedrock = Place(
            vendor: FakeBedrock(), model: "anthropic.claude-3-haiku-20240307-v1:0", key: "AKIDFAKE:fake/secret+key",
            options: #"{"region": "us-east-1"}"#, firstWords: 3)

        /// OpenAI's interface at a place that is not OpenAI's own.
        var kind: String { vendor.kind == "openai" ? "openai-compatible" : vendor.kind }
    }

    /// A tenant whose alias `chat` goes to several places in turn.
    private struct Route: Sendable {
        let fixture: GatewayFixture
        let customer: Customer
        let servers: [FakeProvider]

        func stop() async {
            for server in servers { await server.stop() }
        }

        func ask(_ dialect: ModelDialect = .openAIChat, extra: String = "") async throws -> ServiceTestResponse {
            let text = #""hello there my friend""#
            return switch dialect {
            case .anthropicMessages:
                try await customer.call(
                    "POST", "/v1/messages",
                    json: #"{"model": "chat", "stream": true, "max_tokens": 100, "#
                        + #""messages": [{"role": "user", "content": \#(text)}]\#(extra)}"#)
            case .openAIResponses:
                try await customer.call(
                    "POST", "/v1/responses",
                    json: #"{"model": "chat", "stream": true, "input": \#(text)\#(extra)}"#)
            case .openAIChat, .openAIEmbeddings:
                try await customer.call(
                    "POST", "/v1/chat/completions",
                    json: #"{"model": "chat", "stream": true, "#
                        + #""messages": [{"role": "user", "content": \#(text)}]\#(extra)}"#)
            }
        }

        /// The calls that a server got; checks of its health are none.
        func calls(of index: Int) -> [FakeProvider.Arrival] {
            servers[index].arrivals.filter { $0.method == "POST" }
        }

        var events: [UsageEvent] { get throws { try fixture.usage(of: customer.tenant) } }
    }

    private static let whole = "You said: hello there my friend"
    private static let asked = ", \"stream_options\": {\"include_usage\": true}"

    private func route(
        _ fixture: GatewayFixture, _ places: [Place], isOn: Bool = true
    ) async throws -> Route {
        let tenant = try await fixture.makeTenant()
        let key = try await fixture.makeKey(tenant)
        var servers: [FakeProvider] = []
        var targets: [String] = []
        for (index, place) in places.enumerated() {
            let server = try await FakeProvider.start(place.vendor, apiKey: place.key)
            servers.append(server)
            let made = try await fixture.admin(
                "POST", "/tenants/\(tenant)/providers",
                json: """
                    {"name": "p\(index)", "kind": "\(place.kind)", "base_url": "\(server.baseURL)",
                     "api_key": "\(place.key)", "models": ["\(place.model)"], "options": \(place.options)}
                    """)
            #expect(made.status == 201, "\(made.text)")
            targets.append(#"{"provider": "p\#(index)", "model": "\#(place.model)"}"#)
        }
        let put = try await fixture.admin(
            "PUT", "/tenants/\(tenant)/config",
            json: """
                {"models": {"aliases": {"chat": {"targets": [\(targets.joined(separator: ", "))]}},
                            "continue_broken_streams": \(isOn)}}
                """)
        #expect(put.status == 200, "\(put.text)")
        let customer = Customer(fixture: fixture, tenant: tenant, keyID: key.id, key: try #require(key.key))
        return Route(fixture: fixture, customer: customer, servers: servers)
    }

    // MARK: What a client sees

    private static func events(_ text: String) -> [JSONValue] {
        text.split(separator: "\n").compactMap { line in
            line.hasPrefix("data: {") ? try? JSONValue(parsing: Array(line.dropFirst(6).utf8)) : nil
        }
    }

    private static func text(_ events: [JSONValue]) -> String {
        events.map { event in
            event["choices"]?.elements?.first?["delta"]?["content"]?.string
                ?? (event["delta"]?["type"] == "text_delta" ? event["delta"]?["text"]?.string : nil)
                ?? (event["type"] == "response.output_text.delta" ? event["delta"]?.string : nil) ?? ""
        }.joined()
    }

    /// One beginning, one end, one name, and the usage of all attempts.
    private static func check(chat text: String, used: [UsageEvent], _ what: Comment) {
        let events = events(text)
        #expect(Self.text(events) == whole, what)
        #expect(text.hasSuffix("data: [DONE]\n\n") && !text.contains("\"error\""), what)
        #expect(Set(events.map { $0["id"]?.string }).count == 1, what)
        #expect(Set(events.map { $0["model"]?.string }).count == 1, what)
        let deltas = events.compactMap { $0["choices"]?.elements?.first }
        #expect(deltas.count { $0["delta"]?["role"] != nil } == 1, what)
        #expect(deltas.compactMap { $0["finish_reason"]?.string } == ["stop"], what)
        let usage = events.compactMap { $0["usage"] }.filter { $0 != .null }
        #expect(usage.count == 1, what)
        #expect(usage.first?["prompt_tokens"]?.integer == used.reduce(0) { $0 + $1.promptTokens }, what)
        #expect(usage.first?["completion_tokens"]?.integer == used.reduce(0) { $0 + $1.completionTokens }, what)
    }

    private static func check(messages text: String, used: [UsageEvent], _ what: Comment) {
        let events = events(text)
        #expect(Self.text(events) == whole, what)
        let types = events.compactMap { $0["type"]?.string }.filter { $0 != "ping" && $0 != "content_block_delta" }
        #expect(
            types == [
                "message_start", "content_block_start", "content_block_stop", "message_delta", "message_stop",
            ], what)
        #expect(Set(events.compactMap { $0["index"]?.integer }) == [0], what)
        let usage = events.first { $0["type"] == "message_delta" }?["usage"]
        #expect(usage?["output_tokens"]?.integer == used.reduce(0) { $0 + $1.completionTokens }, what)
        #expect(usage?["input_tokens"]?.integer == used.reduce(0) { $0 + $1.promptTokens }, what)
    }

    private static func check(responses text: String, _ what: Comment) {
        let events = events(text)
        #expect(Self.text(events) == whole, what)
        #expect(events.compactMap { $0["sequence_number"]?.integer } == (0..<Int64(events.count)).map { $0 }, what)
        #expect(events.count { $0["type"] == "response.created" } == 1, what)
        let last = events.last
        #expect(last?["type"] == "response.completed", what)
        #expect(
            last?["response"]?["output"]?.elements?.first?["content"]?.elements?.first?["text"]?.string == whole, what)
        #expect(!text.contains("event: error"), what)
    }

    // MARK: Carried on

    @Test("however and wherever it breaks after its first words, the client has one whole answer and the ledger both")
    func carriedOn() async throws {
        try await GatewayFixture.run { fixture in
            for (first, second) in [
                (Place.openAI, Place.anthropic), (.openAI, .mistral), (.openAI, .bedrock), (.anthropic, .mistral),
                (.anthropic, .anthropic), (.mistral, .bedrock), (.bedrock, .anthropic),
            ] {
                for dialect in [ModelDialect.openAIChat, .anthropicMessages, .openAIResponses] {
                    for fault in [
                        FakeProvider.Fault.cut(afterChunks: first.firstWords), .stall(afterChunks: first.firstWords),
                        .errorEvent(afterChunks: first.firstWords),
                    ] {
                        let what: Comment = "\(first.kind) to \(second.kind), \(dialect), \(fault)"
                        let route = try await route(fixture, [first, second])
                        route.servers[0].fail(first.model, with: fault)
                        let answer = try await route.ask(dialect, extra: dialect == .openAIChat ? Self.asked : "")
                        let events = try route.events
                        switch dialect {
                        case .openAIChat: Self.check(chat: answer.text, used: events, what)
                        case .anthropicMessages: Self.check(messages: answer.text, used: events, what)
                        case .openAIResponses, .openAIEmbeddings: Self.check(responses: answer.text, what)
                        }
                        #expect(events.map(\.attempt) == [1, 2] && events.map(\.provider) == ["p0", "p1"], what)
                        #expect(events.map(\.isExact) == [false, true], what)
                        // A block that begins counts as a piece, where its event is passed on as it came.
                        let isNative = first.kind == "anthropic" && dialect == .anthropicMessages
                        #expect(events.first?.completionTokens == (isNative ? 3 : 2), what)
                        let metered = route.servers[1].meter
                        #expect(metered.requests == 1 && metered.completionTokens == 4, what)
                        #expect(events.last?.completionTokens == 4, what)
                        #expect(events.last?.promptTokens == metered.promptTokens, what)
                        let records = try fixture.audit(of: route.customer.tenant)
                        #expect(records.map(\.outcome) == [.failure, .success], what)
                        #expect(records.last?.details["reason"] == "continued from attempt 1", what)
                        await route.stop()
                    }
                }
            }
        }
    }

    @Test("one that breaks again is carried on again, past a target that cannot, and each attempt has its own hold")
    func twice() async throws {
        try await GatewayFixture.run { fixture in
            let route = try await route(fixture, [.openAI, .anthropic, .openAI, .mistral])
            fixture.billing.state.withLock { $0.budgets[route.customer.tenant] = 1_000_000_000_000_000 }
            route.servers[0].fail("fake-chat", with: .cut(afterChunks: 3))
            route.servers[1].fail("claude-haiku-4-5", with: .cut(afterChunks: 5))
            let answer = try await route.ask(extra: Self.asked + ", \"max_tokens\": 50")
            let events = try route.events
            Self.check(chat: answer.text, used: events, "twice")
            #expect(events.map(\.attempt) == [1, 2, 3] && events.map(\.provider) == ["p0", "p1", "p3"])
            #expect(events.allSatisfy { $0.lease != nil })
            #expect(route.calls(of: 2).isEmpty)
            let bodies = try [1, 3].map { index in
                try JSONValue(parsing: try #require(route.calls(of: index).first).body)
            }
            #expect(bodies.map { $0["max_tokens"]?.integer } == [48, 46])
            let last = bodies.map { $0["messages"]?.elements?.last }
            #expect(last.map { $0?["role"]?.string } == ["assistant", "assistant"])
            #expect(last.map { $0?["content"]?.string } == ["You said:", "You said: hello there"])
            #expect(last[1]?["prefix"] == true)
            await route.stop()
        }
    }

    @Test("a target that refuses to carry it on is passed over, with a record")
    func refused() async throws {
        try await GatewayFixture.run { fixture in
            let route = try await route(fixture, [.openAI, .anthropic, .mistral])
            route.servers[0].fail("fake-chat", with: .cut(afterChunks: 3))
            route.servers[1].fail("claude-haiku-4-5", with: .status(529))
            let answer = try await route.ask(extra: Self.asked)
            let events = try route.events
            Self.check(chat: answer.text, used: events, "refused")
            #expect(events.map(\.completionTokens) == [2, 0, 4])
            let records = try fixture.audit(of: route.customer.tenant)
            #expect(
                records.map { $0.details["reason"]?.hasPrefix("continued from attempt 1") ?? false }
                    == [false, true, true])
            await route.stop()
        }
    }

    // MARK: Not carried on

    @Test("it is not when that is off, when nobody can, or when the answer is more than text; then there is an error")
    func notCarriedOn() async throws {
        try await GatewayFixture.run { fixture in
            let tools = """
                , "tools": [{"type": "function", "function": {"name": "look_up", "parameters": {"type": "object"}}}]
                """
            let newer = Place(vendor: FakeAnthropic(), model: "claude-sonnet-4-6", firstWords: 5)
            let cut = FakeProvider.Fault.cut(afterChunks: 3)
            for (name, places, isOn, fault, extra) in [
                ("off", [Place.openAI, .anthropic], false, cut, ""),
                ("nobody", [.openAI], true, cut, ""),
                ("no vendor that can", [.openAI, .openAI], true, cut, ""),
                ("no model that can", [.openAI, newer], true, cut, ""),
                ("a call of a tool", [.openAI, .anthropic], true, .cut(afterChunks: 1), tools),
                ("said to the end", [.openAI, .anthropic], true, .withoutDone, ""),
                ("several answers", [.openAI, .anthropic], true, .cut(afterChunks: 5), ", \"n\": 2"),
                (
                    "a promised form", [.openAI, .anthropic], true, .cut(afterChunks: 2),
                    ", \"response_format\": {\"type\": \"json_object\"}"
                ),
                ("its limit reached", [.openAI, .anthropic], true, cut, ", \"max_tokens\": 2"),
            ] as [(String, [Place], Bool, FakeProvider.Fault, String)] {
                let route = try await route(fixture, places, isOn: isOn)
                route.servers[0].fail("fake-chat", with: fault)
                let answer = try await route.ask(extra: extra)
                #expect(answer.status == 200, "\(name): \(answer.text)")
                #expect(answer.text.contains("stream_interrupted") && !answer.text.contains("[DONE]"), "\(name)")
                #expect(try route.events.map(\.attempt) == [1], "\(name)")
                #expect(route.servers.indices.dropFirst().allSatisfy { route.calls(of: $0).isEmpty }, "\(name)")
                await route.stop()
            }
        }
    }

    @Test("when everybody who could carry it on fails, the client gets the error of the first, and all is on record")
    func allFail() async throws {
        try await GatewayFixture.run { fixture in
            let route = try await route(fixture, [.openAI, .anthropic])
            route.servers[0].fail("fake-chat", with: .cut(afterChunks: 3))
            route.servers[1].fail("claude-haiku-4-5", with: .status(500))
            let answer = try await route.ask()
            #expect(answer.text.contains("stream_interrupted") && !answer.text.contains("[DONE]"))
            #expect(try route.events.map(\.attempt) == [1, 2])
            await route.stop()
        }
    }

    // MARK: Parts

    @Test("what a model says twice is left out, however it is cut, and nothing else is", arguments: 1...9)
    func seam(size: Int) {
        func joined(_ seam: AnswerSeam, _ answer: String) -> String {
            var seam = seam
            let letters = Array(answer)
            let pieces = stride(from: 0, to: letters.count, by: size).map {
                String(letters[$0..<min($0 + size, letters.count)])
            }
            return pieces.map { seam.take($0) }.joined() + seam.end()
        }
        let text = "Grüße, 日本"
        #expect(joined(AnswerSeam(text: text, blanks: "", .whole), text + " und mehr") == " und mehr")
        #expect(joined(AnswerSeam(text: text, blanks: " ", .whole), text + " und mehr") == "und mehr")
        #expect(joined(AnswerSeam(text: text, blanks: "", .whole), " und mehr") == " und mehr")
        #expect(joined(AnswerSeam(text: text, blanks: "", .whole), "Grü") == "Grü")
        #expect(joined(AnswerSeam(text: "ha", blanks: "", .rest), "haha") == "haha")
        #expect(joined(AnswerSeam(text: "a", blanks: "\n\n", .rest), "\n\nb\n") == "b\n")
        #expect(joined(AnswerSeam(text: "a", blanks: "\n\n", .rest), "\nb") == "b")
        #expect(joined(AnswerSeam(text: "a", blanks: "  ", .rest), "b  c") == "b  c")
    }

    @Test("after a block of a message that was ended, the rest is a block of its own; in an open one it goes on")
    func blocks() {
        for (isClosed, expected) in [(true, "\"index\":1"), (false, "\"index\":0")] {
            var trail = AnthropicTrail()
            var sent = #"data: {"type":"message_start","message":{}}"# + "\n\n"
            sent +=
                #"data: {"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}"# + "\n\n"
            if isClosed { sent += #"data: {"type":"content_block_stop","index":0}"# + "\n\n" }
            trail.follow(Array(sent.utf8))
            var encoder = trail.encoder(.forTests())
            let output = String(decoding: encoder?.encode(.text("more", choice: 0)) ?? [], as: UTF8.self)
            #expect(output.contains(expected))
            #expect(output.contains("content_block_start") == isClosed)
            #expect(!output.contains("message_start"))
        }
    }
}
