import Contracts
import Foundation
import ServiceKit
import Support
import Synchronization
import Testing

@testable import Gateway

@Suite("Embeddings kept, gathered and shared out")
struct EmbeddingCallsTests {
    private let now = Date(timeIntervalSince1970: 1_800_000_000)
    private let settings = CacheSettings(timeToLive: .seconds(60), maximumBytes: 1 << 20)

    private func scope() -> TenantScope {
        .verified(by: CredentialProof(credentialWasCheckedAndBelongsTo: TenantID(), actor: "api_key:test"))
    }

    /// Answers each text with a vector that spells it, counts three tokens a text and one for the request, and keeps
    /// what it was sent.
    private final class Provider: Sendable {
        let requests = Mutex<[[[UInt8]]]>([])
        let opened: AsyncStream<Void>
        let gate: AsyncStream<Void>.Continuation
        let refuses: [UInt8]?

        init(refuses: String? = nil) {
            (opened, gate) = AsyncStream.makeStream()
            self.refuses = refuses.map { Array($0.utf8) }
        }

        func answer(_ items: [[UInt8]], waits: Bool = false) async throws -> EmbeddingBatcher.Reply {
            requests.withLock { $0.append(items) }
            if waits { for await _ in opened { break } }
            if let refuses, items.contains(refuses) {
                throw ProviderFailure(
                    OpenAIError(status: 400, message: "no", type: "invalid_request_error"), reason: "status 400",
                    mayHaveRun: false, blame: .request)
            }
            return EmbeddingBatcher.Reply(
                vectors: items.map {
                    Array("[\(String(decoding: $0.dropFirst().dropLast(), as: UTF8.self).utf8.count)]".utf8)
                },
                usage: TokenUsage(prompt: Int64(items.count * 3 + 1), completion: 0), isExact: true)
        }

        var count: Int { requests.withLock { $0.count } }
        var tokens: Int64 { requests.withLock { $0.reduce(0) { $0 + Int64($1.count * 3 + 1) } } }
    }

    private func texts(_ body: String) throws -> EmbeddingTexts {
        try #require(try EmbeddingTexts(Array(body.utf8)))
    }

    private func strings(_ items: [[UInt8]]) -> [String] { items.map { String(decoding: $0, as: UTF8.self) } }

    @Test("a request is taken apart into its texts and all else, and put together again")
    func takenApart() throws {
        let one = try texts(#"{"input": "a\u0062", "model": "m", "user": "u", "dimensions": 8}"#)
        #expect(strings(one.items) == [#""a\u0062""#])
        #expect(String(decoding: one.variant, as: UTF8.self) == #"{"dimensions":8,"model":"m"}"#)
        let many = try texts(#"{"dimensions":8,"model":"m","input":["x","é" , "z"]}"#)
        #expect(many.variant == one.variant)
        #expect(strings(many.items) == [#""x""#, #""é""#, #""z""#])
        #expect(try texts(#"{"input":[1, 2]}"#).items.count == 1)
        #expect(try texts(#"{"input":[1, 2]}"#).areTokens)
        #expect(try texts(#"{"input":[[1, 2],[3]]}"#).items.count == 2)
        for other in [
            #"{"model":"m"}"#, #"{"input":[]}"#, #"{"input":["a",1]}"#, #"{"input":null}"#, #"{"input":[{}]}"#,
        ] {
            #expect(try EmbeddingTexts(Array(other.utf8)) == nil, "\(other)")
        }
        let body = EmbeddingTexts.body(variant: many.variant, items: many.items)
        #expect(String(decoding: body, as: UTF8.self) == #"{"dimensions":8,"model":"m","input":["x","é","z"]}"#)
        #expect(try texts(String(decoding: body, as: UTF8.self)) == many)
        let bare = EmbeddingTexts.body(variant: Array("{}".utf8), items: [Array("1".utf8)])
        #expect(String(decoding: bare, as: UTF8.self) == #"{"input":[1]}"#)
    }

    @Test("vectors are taken as they are written, in the order of their index; a missing one is a failure")
    func vectors() throws {
        let body = #"""
            {"object":"list","data":[{"index":1,"embedding":[1.0, -2e-3]},{"embedding":"AACAPw==","index":0}],
             "model":"m","usage":{"prompt_tokens":8,"total_tokens":8}}
            """#
        let read = try EmbeddingVectors(Array(body.utf8), count: 2)
        #expect(strings(read.vectors) == [#""AACAPw==""#, "[1.0, -2e-3]"])
        #expect(read.usage == TokenUsage(prompt: 8, completion: 0))
        let written = EmbeddingVectors.answer(
            read.vectors, model: "a \"model\"", usage: TokenUsage(prompt: 8, completion: 0))
        #expect(try EmbeddingVectors(written, count: 2) == read)
        let json = try JSONSerialization.jsonObject(with: Data(written)) as? [String: Any]
        #expect(json?["model"] as? String == "a \"model\"")
        for count in [1, 3] {
            #expect(throws: EmbeddingVectors.Failure.incomplete) {
                try EmbeddingVectors(Array(body.utf8), count: count)
            }
        }
        let twice = #"{"data":[{"index":0,"embedding":[1]},{"index":0,"embedding":[2]}]}"#
        #expect(throws: EmbeddingVectors.Failure.incomplete) { try EmbeddingVectors(Array(twice.utf8), count: 2) }
        #expect(throws: EmbeddingVectors.Failure.malformed) { try EmbeddingVectors(Array("{}".utf8), count: 1) }
        #expect(throws: EmbeddingVectors.Failure.malformed) { try EmbeddingVectors(Array("<html>".utf8), count: 1) }
    }

    @Test("parts add up to the whole exactly, and each is within one of its share")
    func split() {
        #expect(ShareOfTotal.split(10, by: [1, 1, 1]) == [4, 3, 3])
        #expect(ShareOfTotal.split(2, by: [0, 0, 0]) == [1, 1, 0])
        #expect(ShareOfTotal.split(5, by: []).isEmpty)
        #expect(ShareOfTotal.split(0, by: [3, 4]) == [0, 0])
        for _ in 0..<1_000 {
            let total = Int64.random(in: 0...(Bool.random() ? 50 : 1_000_000_000_000))
            let weights = (0..<Int.random(in: 1...70)).map { _ in Int.random(in: 0...(Bool.random() ? 3 : 100_000)) }
            let parts = ShareOfTotal.split(total, by: weights)
            #expect(parts.reduce(0, +) == total)
            let sum = weights.reduce(0, +)
            for (part, weight) in zip(parts, weights) where sum > 0 {
                let exact = Double(total) * Double(weight) / Double(sum)
                #expect(abs(Double(part) - exact) < 1.001)
            }
        }
    }

    @Test("a text that was embedded before is not sent again, for this tenant and these parameters only")
    func kept() async throws {
        let provider = Provider()
        let calls = EmbeddingCalls(cache: EmbeddingCache(metrics: CacheMetrics()))
        let scope = scope()
        let first = try await calls.answer(
            texts(#"{"model":"m","input":["a","bb"]}"#), model: "m", under: settings, at: now, in: scope,
            send: { try await provider.answer($0) })
        #expect(first.usage.prompt == 7)
        #expect(first.hits == 0)
        let second = try await calls.answer(
            texts(#"{"input":["bb","ccc","a"],"model":"m"}"#), model: "m", under: settings, at: now, in: scope,
            send: { try await provider.answer($0) })
        #expect(second.usage.prompt == 4)
        #expect(second.hits == 2)
        #expect(second.savedTokens == 7)
        #expect(try strings(EmbeddingVectors(second.body, count: 3).vectors) == ["[2]", "[3]", "[1]"])
        let third = try await calls.answer(
            texts(#"{"model":"m","input":"a"}"#), model: "m", under: settings, at: now, in: scope,
            send: { try await provider.answer($0) })
        #expect(third.isHit)
        #expect(third.usage == .none)
        #expect(provider.count == 2)
        for (body, scope) in [(#"{"model":"m","input":"a"}"#, self.scope()), (#"{"model":"n","input":"a"}"#, scope)] {
            let other = try await calls.answer(
                texts(body), model: "m", under: settings, at: now, in: scope, send: { try await provider.answer($0) })
            #expect(!other.isHit)
        }
        let fresh = try await calls.answer(
            texts(#"{"model":"m","input":"a"}"#), model: "m", under: settings, refreshes: true, at: now, in: scope,
            send: { try await provider.answer($0) })
        #expect(!fresh.isHit)
        #expect(provider.count == 5)
    }

    @Test("callers that come while a call is under way go together, and pay what the provider counted to the token")
    func gathered() async throws {
        let provider = Provider()
        let batcher = EmbeddingBatcher(window: .milliseconds(20))
        let (scope, other) = (scope(), scope())
        let variant = Array("{}".utf8)
        async let first = batcher.vectors(of: [Array("\"first\"".utf8)], variant: variant, areTokens: false, in: scope)
        {
            try await provider.answer($0, waits: true)
        }
        try await eventually { provider.count == 1 }
        let parts = try await withThrowingTaskGroup(of: (Int, EmbeddingBatcher.Part).self) { group in
            for number in 0..<30 {
                group.addTask {
                    let items = (0...(number % 3)).map {
                        Array("\"\(String(repeating: "x", count: number + $0))\"".utf8)
                    }
                    return (
                        number,
                        try await batcher.vectors(of: items, variant: variant, areTokens: false, in: scope) {
                            try await provider.answer($0)
                        }
                    )
                }
            }
            return try await group.reduce(into: [(Int, EmbeddingBatcher.Part)]()) { $0.append($1) }
        }
        for (number, part) in parts {
            #expect(strings(part.vectors) == (0...(number % 3)).map { "[\(number + $0)]" })
        }
        // A stranger is never gathered with them.
        let stranger = try await batcher.vectors(
            of: [Array("\"s\"".utf8)], variant: variant, areTokens: false, in: other
        ) {
            try await provider.answer($0)
        }
        #expect(stranger.callers == 1)
        provider.gate.yield()
        let paid = try await parts.reduce(first.usage.prompt + stranger.usage.prompt) { $0 + $1.1.usage.prompt }
        #expect(paid == provider.tokens)
        #expect(parts.contains { $0.1.callers > 1 })
        #expect(provider.requests.withLock { $0.allSatisfy { $0.count <= EmbeddingBatcher.maximumTexts } })
    }

    @Test("a request refused for one caller's text is made again for each by itself, and only that one fails")
    func refused() async throws {
        let provider = Provider(refuses: "\"bad\"")
        let batcher = EmbeddingBatcher(window: .milliseconds(20))
        let scope = scope()
        let variant = Array("{}".utf8)
        async let first = batcher.vectors(of: [Array("\"first\"".utf8)], variant: variant, areTokens: false, in: scope)
        {
            try await provider.answer($0, waits: true)
        }
        try await eventually { provider.count == 1 }
        let failures = await withTaskGroup(of: String?.self) { group in
            for text in ["a", "bad", "b", "c"] {
                group.addTask {
                    let part = try? await batcher.vectors(
                        of: [Array("\"\(text)\"".utf8)], variant: variant, areTokens: false, in: scope
                    ) { try await provider.answer($0) }
                    return part == nil ? text : nil
                }
            }
            return await group.reduce(into: [String]()) { if let text = $1 { $0.append(text) } }
        }
        #expect(failures == ["bad"])
        provider.gate.yield()
        _ = try await first
    }
}
