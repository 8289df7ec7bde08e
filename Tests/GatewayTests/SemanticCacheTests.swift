import Contracts
import Foundation
import ServiceKit
import Testing

@testable import Gateway

@Suite("Answers to questions of the same meaning")
struct SemanticCacheTests {
    private let now = Date(timeIntervalSince1970: 1_800_000_000)
    private let settings = CacheSettings(timeToLive: .seconds(60), maximumBytes: 10 << 20)

    private func scope() -> TenantScope {
        .verified(by: CredentialProof(credentialWasCheckedAndBelongsTo: TenantID(), actor: "api_key:test"))
    }

    private func question(
        _ text: String, system: String = "be brief", extra: String = "", in scope: TenantScope
    ) throws -> SemanticQuestion {
        let body = """
            {"model":"m","messages":[{"role":"system","content":"\(system)"},{"role":"user","content":"\(text)"}]\(extra)}
            """
        return try #require(SemanticQuestion(Array(body.utf8), dialect: "chat_completions", in: scope))
    }

    private func answer(_ text: String, at date: Date? = nil) -> CachedAnswer {
        CachedAnswer(
            body: Array(text.utf8), format: .dialect, model: "m", provider: "p", usage: .none, costPicoUSD: 7,
            storedAt: date ?? now)
    }

    private let embedder = TargetKey(tenant: TenantID(), provider: ProviderID(), model: "e")

    private func place(_ vector: [Float], by other: TargetKey? = nil) -> SemanticCache.Place? {
        UnitVector(vector).map { SemanticCache.Place(vector: $0, embedder: other ?? embedder) }
    }

    private func match(
        _ cache: SemanticCache, _ question: SemanticQuestion, _ vector: [Float], floor: Double = 0.9,
        at date: Date? = nil
    ) async -> String? {
        let place = self.place(vector)
        let lookup = await cache.answer(like: question, floor: floor, under: settings, at: date ?? now) { _ in place }
        return lookup.match.map { String(decoding: $0.answer.body, as: UTF8.self) }
    }

    @Test("one turn of a user without tools is a question; everything else is not")
    func eligible() {
        let scope = scope()
        let good = [
            #"{"model":"m","messages":[{"role":"user","content":"hi"}]}"#,
            #"{"n":1,"tools":null,"messages":[{"role":"developer","content":"x"},{"content":"hi","role":"user"}]}"#,
        ]
        for body in good {
            #expect(SemanticQuestion(Array(body.utf8), dialect: "chat_completions", in: scope)?.text == "hi", "\(body)")
        }
        let bad = [
            #"{"messages":[]}"#, #"{"messages":"hi"}"#, #"{}"#, "nonsense",
            #"{"messages":[{"role":"user","content":"hi"}],"tools":[]}"#,
            #"{"messages":[{"role":"user","content":"hi"}],"n":2}"#,
            #"{"messages":[{"role":"user","content":"hi"}],"web_search_options":{}}"#,
            #"{"messages":[{"role":"user","content":"hi"},{"role":"user","content":"hi"}]}"#,
            #"{"messages":[{"role":"user","content":"hi"},{"role":"assistant","content":"ho"}]}"#,
            #"{"messages":[{"role":"user","content":[{"type":"text","text":"hi"}]}]}"#,
            #"{"messages":[{"role":"user","content":""}]}"#, #"{"messages":[{"role":"assistant","content":"hi"}]}"#,
        ]
        for body in bad {
            #expect(SemanticQuestion(Array(body.utf8), dialect: "chat_completions", in: scope) == nil, "\(body)")
        }
        #expect(SemanticQuestion(Array(good[0].utf8), dialect: "responses", in: scope) == nil)
    }

    @Test("only the user's words may differ within a group")
    func groups() throws {
        let scope = scope()
        let group = try question("one", in: scope).group
        #expect(try question("two", extra: #","user":"x","stream":true"#, in: scope).group == group)
        #expect(try question("one", system: "be long", in: scope).group != group)
        #expect(try question("one", extra: #","temperature":0"#, in: scope).group != group)
        #expect(try question("one", in: self.scope()).group != group)
        // A number is never alike another.
        let ticket = try question("is INC-4711 closed?", in: scope).group
        #expect(try question("tell me, is (inc-4711) closed", in: scope).group == ticket)
        #expect(try question("is INC-4712 closed?", in: scope).group != ticket)
        #expect(try question("is INC-4711 of v2 closed?", in: scope).group != ticket)
    }

    @Test("the nearest question above the floor answers, of the same tenant and group only")
    func nearest() async throws {
        let cache = SemanticCache(metrics: CacheMetrics())
        let scope = scope()
        let asked = try question("a", in: scope)
        for (text, vector) in [("east", [Float(1), 0]), ("north", [0, 1]), ("north east", [1, 0.9])] {
            cache.store(answer(text), to: asked, at: try #require(place(vector)), under: settings)
        }
        let foreign = try #require(
            place([1, 0], by: TargetKey(tenant: TenantID(), provider: ProviderID(), model: "f")))
        let other = await cache.answer(like: asked, floor: 0.9, under: settings, at: now) { _ in foreign }
        #expect(other.match == nil && other.place == foreign)
        let blind = await cache.answer(like: asked, floor: nil, under: settings, at: now) { _ in place([1, 0]) }
        #expect(blind.match == nil && blind.place == place([1, 0]))
        #expect(await match(cache, asked, [2, 0.1]) == "east")
        #expect(await match(cache, asked, [1, 1]) == "north east")
        #expect(await match(cache, asked, [-1, 0]) == nil)
        #expect(await match(cache, asked, [1, 0.4], floor: 0.99) == nil)
        #expect(await match(cache, asked, [3, 0], floor: 1) == "east")
        #expect(await match(cache, asked, [1, 0, 0]) == nil)
        #expect(await match(cache, try question("a", in: self.scope()), [1, 0]) == nil)
        #expect(await match(cache, try question("a", system: "x", in: scope), [1, 0]) == nil)
        #expect(await match(cache, asked, [1, 0], at: now.addingTimeInterval(60)) == nil)
    }

    @Test("when the embedding fails the call goes on without a match")
    func failing() async throws {
        let cache = SemanticCache(metrics: CacheMetrics())
        let asked = try question("a", in: scope())
        let lookup = await cache.answer(like: asked, floor: 0.9, under: settings, at: now) { _ in nil }
        #expect(lookup.match == nil)
        #expect(lookup.place == nil)
        for vector in [[], [Float(0), 0], [.nan], [.infinity]] { #expect(UnitVector(vector) == nil) }
    }

    @Test("entries are bounded in number and bytes, and the same question is kept once")
    func bounds() throws {
        let cache = SemanticCache(metrics: CacheMetrics())
        let scope = scope()
        let asked = try question("a", in: scope)
        for number in 0..<(SemanticCache.maximumEntries + 50) {
            let place = try #require(self.place([1, Float(number)]))
            cache.store(answer("\(number)"), to: asked, at: place, under: settings)
            cache.store(answer("\(number)"), to: asked, at: place, under: settings)
        }
        #expect(cache.count(of: scope.tenant) == SemanticCache.maximumEntries)
        let small = CacheSettings(timeToLive: .seconds(60), maximumBytes: 5_000)
        let place = try #require(self.place([0, 1]))
        cache.store(answer("last"), to: asked, at: place, under: small)
        #expect(cache.count(of: scope.tenant) < 20)
        let before = cache.count(of: scope.tenant)
        cache.store(answer(""), to: asked, at: place, under: settings)
        cache.store(answer(#"{"finish_reason":"length"}"#), to: asked, at: place, under: settings)
        #expect(cache.count(of: scope.tenant) == before)
        cache.forget(scope.tenant)
        #expect(cache.count(of: scope.tenant) == 0 && cache.bytes == 0)
    }

    @Test("past the bound of the process the tenant with the most gives way")
    func sharedBound() throws {
        let cache = SemanticCache(maximumBytes: 20_000, metrics: CacheMetrics())
        let (large, small) = (scope(), scope())
        let place = try #require(self.place([1, 0]))
        cache.store(answer("small"), to: try question("a", in: small), at: place, under: settings)
        for number in 0..<200 {
            let asked = try question("a", system: "s\(number)", in: large)
            cache.store(answer("\(number)"), to: asked, at: place, under: settings)
            #expect(cache.bytes <= 20_000)
        }
        #expect(cache.count(of: small.tenant) == 1 && cache.count(of: large.tenant) > 10)
        cache.forgetAll()
        #expect(cache.bytes == 0)
    }

    @Test("similarity is the cosine, whatever the lengths and the number of dimensions")
    func similarity() throws {
        for _ in 0..<200 {
            let count = Int.random(in: 1...100)
            let one = (0..<count).map { _ in Float.random(in: -3...3) }
            let other = (0..<count).map { _ in Float.random(in: -3...3) }
            guard let left = UnitVector(one), let right = UnitVector(other) else { continue }
            let dot = zip(one, other).reduce(0.0) { $0 + Double($1.0) * Double($1.1) }
            let lengths = [one, other].map { $0.reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot() }
            let expected = dot / (lengths[0] * lengths[1])
            #expect(abs(Double(try #require(left.similarity(to: right))) - expected) < 1e-5)
        }
    }
}
