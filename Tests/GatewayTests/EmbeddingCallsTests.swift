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

        func answer(_ items: [[UInt8]], waits: Bool = false) async -> EmbeddingReply {
            requests.withLock { $0.append(items) }
            if waits { for await _ in opened { break } }
            if let refuses, items.contains(refuses) {
                let failure = ProviderFailure(
                    OpenAIError(status: 400, message: "no", type: "invalid_request_error"), reason: "status 400",
                    mayHaveRun: false, blame: .request)
                return EmbeddingReply(failure, of: items, used: .none, isExact: true)
            }
            return EmbeddingReply(
                items.map { Array("[\($0.count - 2)]".utf8) }, of: items,
                used: TokenUsage(prompt: Int64(items.count * 3 + 1), completion: 0), isExact: true)
        }

        var count: Int { requests.withLock { $0.count } }
        var tokens: Int64 { requests.withLock { $0.reduce(0) { $0 + Int64($1.count * 3 + 1) } } }
    }

    private func caller(_ texts: [String], _ provider: Provider, waits: Bool = false) -> EmbeddingBatcher.Caller {
        EmbeddingBatcher.Caller(
            items: texts.map { Array("\"\($0)\"".utf8) }, deadline: .now.advanced(by: .seconds(60)),
            reference: UsageRecordID(UUID())
        ) { items, _, _ in
            await provider.answer(items, waits: waits)
        }
    }

    private func lane(_ scope: TenantScope) -> CacheKey { CacheKey(.lane, [], in: scope) }

    private func texts(_ body: String) throws -> EmbeddingTexts {
        try #require(try EmbeddingTexts(Array(body.utf8)))
    }

    private func strings(_ items: [[UInt8]]) -> [String] { items.map { String(decoding: $0, as: UTF8.self) } }

    @Test("a request is taken apart into its texts and all else, and put together again")
    func takenApart() throws {
        let one = try texts(#"{"input": "a\u0062", "model": "m", "user": "u", "dimensions": 8}"#)
        #expect(strings(one.items) == [#""a\u0062""#])
        #expect(String(decoding: one.variant, as: UTF8.self) == #"{"dimensions":8}"#)
        let many = try texts(#"{"dimensions":8,"model":"m","input":["x","é" , "z"]}"#)
        #expect(many.variant == one.variant)
        #expect(strings(many.items) == [#""x""#, #""é""#, #""z""#])
        #expect(try texts(#"{"input":[1, 2]}"#).items.count == 1)
        #expect(try texts(#"{"input":[1, 2]}"#).areTokens)
        #expect(try texts(#"{"input":[[1, 2],[3]]}"#).items.count == 2)
        for other in [
            #"{"model":"m"}"#, #"{"input":[]}"#, #"{"input":["a",1]}"#, #"{"input":null}"#, #"{"input":[{}]}"#,
            #"{"input":"a","input":"b"}"#,
        ] {
            #expect(try EmbeddingTexts(Array(other.utf8)) == nil, "\(other)")
        }
        let items = [Array("\"q\"".utf8), Array("\"r\"".utf8)]
        let shared = many.sharedBody(model: "n", asking: items)
        #expect(String(decoding: shared, as: UTF8.self) == #"{"model":"n","input":["q","r"],"dimensions":8}"#)
        let bare = try texts(#"{"model":"m","input":"x","user":"u"}"#).sharedBody(model: "n", asking: items)
        #expect(String(decoding: bare, as: UTF8.self) == #"{"model":"n","input":["q","r"]}"#)
        let own = Array(#"{"user": "u", "input" : "x", "z":1.0}"#.utf8)
        let part = try #require(try EmbeddingTexts(own)).body(of: own, asking: items)
        #expect(String(decoding: part, as: UTF8.self) == #"{"user": "u", "input" : ["q","r"], "z":1.0}"#)
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

    @Test("each missing text is sent once, and what it took is counted once")
    func remainder() {
        let items = ["a", "b", "a", "c", "b"].map { Array($0.utf8) }
        let kept = EmbeddingCache.Vector(json: Array("[0]".utf8), tokens: 5, storedAt: now)
        let remainder = EmbeddingRemainder(of: items, kept: [nil, nil, nil, kept, nil])
        #expect(strings(remainder.missing) == ["a", "b"])
        #expect(remainder.repeated([3, 4]) == 7)
        let vectors = remainder.vectors([Array("[1]".utf8), Array("[2]".utf8)])
        #expect(vectors.map(strings) == ["[1]", "[2]", "[1]", "[0]", "[2]"])
        #expect(remainder.vectors([Array("[1]".utf8), nil]) == nil)
    }

    @Test("callers that come while a call is under way go together, and pay what the provider counted to the token")
    func gathered() async throws {
        let provider = Provider()
        let batcher = EmbeddingBatcher(window: .milliseconds(20))
        let (scope, other) = (scope(), scope())
        async let first = batcher.answer(caller(["first"], provider, waits: true), in: lane(scope), limit: 2_048)
        try await eventually { provider.count == 1 }
        let parts = await withTaskGroup(of: (Int, EmbeddingBatcher.Part).self) { group in
            for number in 0..<30 {
                // Most texts are brought by more than one.
                let texts = (0...(number % 3)).map { String(repeating: "x", count: number + $0) }
                group.addTask {
                    (number, await batcher.answer(caller(texts, provider), in: lane(scope), limit: 2_048))
                }
            }
            return await group.reduce(into: [(Int, EmbeddingBatcher.Part)]()) { $0.append($1) }
        }
        for (number, part) in parts {
            #expect(strings(part.reply.vectors.compactMap(\.self)) == (0...(number % 3)).map { "[\(number + $0)]" })
            #expect(zip(part.worth, part.reply.tokens).allSatisfy { $0 >= $1 })
        }
        // A stranger is never gathered with them.
        let stranger = await batcher.answer(caller(["s"], provider), in: lane(other), limit: 2_048)
        #expect(stranger.callers == 1)
        provider.gate.yield()
        let paid = await parts.reduce(first.reply.usage.prompt + stranger.reply.usage.prompt) {
            $0 + $1.1.reply.usage.prompt
        }
        #expect(paid == provider.tokens)
        #expect(parts.contains { $0.1.callers > 1 })
        #expect(Set(parts.map(\.1.reference)).count == parts.count { $0.1.isFirst })
        let requests = provider.requests.withLock(\.self)
        #expect(requests.allSatisfy { $0.count <= EmbeddingBatcher.maximumTexts && Set($0).count == $0.count })
    }

    @Test("no shared call is larger than the provider takes, and a caller with more goes alone")
    func limited() async throws {
        let provider = Provider()
        let batcher = EmbeddingBatcher(window: .milliseconds(20))
        let scope = scope()
        async let first = batcher.answer(caller(["first"], provider, waits: true), in: lane(scope), limit: 3)
        try await eventually { provider.count == 1 }
        let sizes = await withTaskGroup(of: Int.self) { group in
            for number in 1...5 {
                let texts = (0..<number).map { "\(number) \($0)" }
                group.addTask { await batcher.answer(caller(texts, provider), in: lane(scope), limit: 3).callers }
            }
            return await group.reduce(into: [Int]()) { $0.append($1) }
        }
        #expect(sizes.count == 5)
        let requests = provider.requests.withLock { $0.map(\.count) }
        #expect(requests.count { $0 > 3 } == 2 && requests.contains(4) && requests.contains(5))
        provider.gate.yield()
        _ = await first
    }

    @Test("a request refused for one caller's text is made again for each by itself, and only that one fails")
    func refused() async throws {
        let provider = Provider(refuses: "\"bad\"")
        let batcher = EmbeddingBatcher(window: .milliseconds(20))
        let scope = scope()
        async let first = batcher.answer(caller(["first"], provider, waits: true), in: lane(scope), limit: 2_048)
        try await eventually { provider.count == 1 }
        let failures = await withTaskGroup(of: String?.self) { group in
            for text in ["a", "bad", "b", "c"] {
                group.addTask {
                    let part = await batcher.answer(caller([text], provider), in: lane(scope), limit: 2_048)
                    return part.reply.failure == nil ? nil : text
                }
            }
            return await group.reduce(into: [String]()) { if let text = $1 { $0.append(text) } }
        }
        #expect(failures == ["bad"])
        provider.gate.yield()
        _ = await first
    }

    @Test("a failure is everybody's, and what it may have used is shared out")
    func failed() async throws {
        let batcher = EmbeddingBatcher(window: .milliseconds(20))
        let scope = scope()
        let provider = Provider()
        async let first = batcher.answer(caller(["first"], provider, waits: true), in: lane(scope), limit: 2_048)
        try await eventually { provider.count == 1 }
        let parts = await withTaskGroup(of: EmbeddingBatcher.Part.self) { group in
            for text in ["a", "bb", "ccc"] {
                let failing = EmbeddingBatcher.Caller(
                    items: [Array("\"\(text)\"".utf8)], deadline: .now, reference: UsageRecordID(UUID())
                ) { items, _, _ in
                    EmbeddingReply(
                        .stalled("test"), of: items, used: TokenUsage(prompt: 100, completion: 0), isExact: false)
                }
                group.addTask { await batcher.answer(failing, in: lane(scope), limit: 2_048) }
            }
            return await group.reduce(into: [EmbeddingBatcher.Part]()) { $0.append($1) }
        }
        #expect(parts.allSatisfy { $0.reply.failure == .stalled("test") && !$0.reply.isExact })
        let calls = Set(parts.map(\.reference)).count
        #expect(parts.reduce(0) { $0 + $1.reply.usage.prompt } == Int64(100 * calls))
        #expect(parts.count(where: \.isFirst) == calls)
        provider.gate.yield()
        _ = await first
    }
}
