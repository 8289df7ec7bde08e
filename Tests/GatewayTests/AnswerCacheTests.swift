import Contracts
import Foundation
import HTTPTypes
import Observability
import ServiceKit
import Testing

@testable import Gateway

@Suite("Answers kept to be given again")
struct AnswerCacheTests {
    private let now = Date(timeIntervalSince1970: 1_800_000_000)
    private let settings = CacheSettings(timeToLive: .seconds(60), maximumBytes: 100_000)

    private func scope() -> TenantScope {
        .verified(by: CredentialProof(credentialWasCheckedAndBelongsTo: TenantID(), actor: "api_key:test"))
    }

    private func key(_ number: Int, _ scope: TenantScope) -> CacheKey {
        CacheKey(.answer, [Array("\(number)".utf8)], in: scope)
    }

    private func answer(_ text: String, at date: Date? = nil) -> CachedAnswer {
        CachedAnswer(
            body: Array(text.utf8), format: .dialect, model: "m", provider: "p",
            usage: TokenUsage(prompt: 3, completion: 4), costPicoUSD: 7_000, storedAt: date ?? now)
    }

    @Test("an answer is given again until its time is over, and a shorter time binds what is there")
    func timeToLive() async {
        let cache = AnswerCache(metrics: CacheMetrics())
        let key = key(1, scope())
        #expect(await cache.answer(for: key, under: settings, at: now) == nil)
        cache.store(answer("hello"), for: key, under: settings)
        #expect(await cache.answer(for: key, under: settings, at: now.addingTimeInterval(59)) == answer("hello"))
        let shorter = CacheSettings(timeToLive: .seconds(30), maximumBytes: 100_000)
        #expect(await cache.answer(for: key, under: shorter, at: now.addingTimeInterval(31)) == nil)
        cache.store(answer("again"), for: key, under: settings)
        #expect(await cache.answer(for: key, under: settings, at: now.addingTimeInterval(60)) == nil)
        #expect(cache.bytes == 0)
        #expect(answer("x").ageSeconds(at: now.addingTimeInterval(12.9)) == 12)
    }

    @Test("an answer that was cut off is not kept")
    func cutOff() async {
        let cache = AnswerCache(metrics: CacheMetrics())
        let key = key(1, scope())
        cache.store(answer(#"{"choices":[{"finish_reason":"length"}]}"#), for: key, under: settings)
        cache.store(answer(""), for: key, under: settings)
        #expect(await cache.answer(for: key, under: settings, at: now) == nil)
    }

    @Test("hits, misses and savings are counted")
    func metrics() async {
        let registry = MetricsRegistry()
        let cache = AnswerCache(metrics: CacheMetrics(registry))
        let key = key(1, scope())
        _ = await cache.answer(for: key, under: settings, at: now)
        cache.store(answer("hello"), for: key, under: settings)
        _ = await cache.answer(for: key, under: settings, at: now)
        _ = await cache.answer(for: key, under: settings, at: now)
        let text = registry.text()
        #expect(text.contains("gateway_cache_lookups_total{cache=\"answer\",result=\"hit\"} 2"))
        #expect(text.contains("gateway_cache_lookups_total{cache=\"answer\",result=\"miss\"} 1"))
        #expect(text.contains("gateway_cache_saved_pico_usd_total{cache=\"answer\"} 14000"))
    }

    @Test("whatever tenants keep and ask, each gets only its own and the newest, within its bytes and those of all")
    func isolation() {
        var random = SystemRandomNumberGenerator()
        for _ in 0..<10 {
            let maximum = Int.random(in: 5_000...60_000, using: &random)
            let cache = TenantCache<String>(maximumBytes: maximum)
            let scopes = (0..<4).map { _ in scope() }
            let quotas = scopes.map { _ in
                CacheSettings(timeToLive: .seconds(60), maximumBytes: .random(in: 1_000...40_000, using: &random))
            }
            var stored: [CacheKey: String] = [:]
            for step in 0..<1_000 {
                let index = scopes.indices.randomElement(using: &random) ?? 0
                let key = key(.random(in: 0..<40, using: &random), scopes[index])
                if Bool.random(using: &random) {
                    let size = Int.random(in: 0...300, using: &random)
                    cache.insert("\(index) \(step)", bytes: size, for: key, under: quotas[index], at: now)
                    if size <= min(quotas[index].maximumBytes, maximum) / 4 { stored[key] = "\(index) \(step)" }
                } else if let value = cache.value(for: key, under: quotas[index], at: now) {
                    #expect(value == stored[key])
                    #expect(value.hasPrefix("\(index) "))
                }
                #expect(cache.bytes <= maximum)
                #expect(cache.bytes(of: scopes[index].tenant) <= quotas[index].maximumBytes)
            }
            #expect(cache.bytes == scopes.reduce(0) { $0 + cache.bytes(of: $1.tenant) })
            for scope in scopes { cache.forget(scope.tenant) }
            #expect(cache.bytes == 0)
        }
    }

    @Test("what was not used for longest goes first")
    func leastRecentlyUsed() {
        let entry = 100 + CachePartition<Int>.entryOverhead
        let settings = CacheSettings(timeToLive: .seconds(60), maximumBytes: 10 * entry)
        let cache = TenantCache<Int>(maximumBytes: 1 << 20)
        let scope = scope()
        for number in 0..<10 { cache.insert(number, bytes: 100, for: key(number, scope), under: settings, at: now) }
        #expect(cache.value(for: key(0, scope), under: settings, at: now) == 0)
        #expect(cache.value(for: key(1, scope), under: settings, at: now) == 1)
        for number in 10..<13 { cache.insert(number, bytes: 100, for: key(number, scope), under: settings, at: now) }
        let left = (0..<13).filter { cache.value(for: key($0, scope), under: settings, at: now) != nil }
        #expect(left == [0, 1, 5, 6, 7, 8, 9, 10, 11, 12])
        #expect(cache.count(of: scope.tenant) == 10)
    }

    @Test("when all are too large together, the largest tenant gives way")
    func fairness() {
        let cache = TenantCache<Int>(maximumBytes: 20_000)
        let settings = CacheSettings(timeToLive: .seconds(60), maximumBytes: 20_000)
        let (small, large) = (scope(), scope())
        cache.insert(0, bytes: 100, for: key(0, small), under: settings, at: now)
        for number in 0..<500 { cache.insert(number, bytes: 100, for: key(number, large), under: settings, at: now) }
        #expect(cache.value(for: key(0, small), under: settings, at: now) == 0)
        #expect(cache.bytes <= 20_000)
    }

    @Test("an answer as large as a quarter of the cache is not kept")
    func tooLarge() {
        let cache = TenantCache<Int>(maximumBytes: 20_000)
        let settings = CacheSettings(timeToLive: .seconds(60), maximumBytes: 4_000)
        let key = key(0, scope())
        cache.insert(1, bytes: 1_001, for: key, under: settings, at: now)
        #expect(cache.value(for: key, under: settings, at: now) == nil)
        cache.insert(2, bytes: 800, for: key, under: settings, at: now)
        #expect(cache.value(for: key, under: settings, at: now) == 2)
    }

    @Test("a request says whether it wants a kept answer, a new one, or no part in it")
    func directives() {
        #expect(CacheDirective(HTTPFields()) == .use)
        let cases: [(String, CacheDirective)] = [
            ("max-age=0", .use), ("no-cache", .refresh), ("No-Cache", .refresh), ("no-store", .bypass),
            ("no-cache, no-store", .bypass), (" no-cache=\"x\"", .refresh), ("", .use),
        ]
        for (text, directive) in cases { #expect(CacheDirective([.cacheControl: text]) == directive, "\(text)") }
        var fields = HTTPFields()
        CacheResult.hit.write(to: &fields, ageSeconds: 5)
        #expect(fields[.age] == "5")
        #expect(HTTPField.Name("X-Asterism-Cache").flatMap { fields[$0] } == "hit")
    }

    @Test("an answer written for the shared tier reads back the same, and anything else reads as nothing")
    func code() {
        let answer = CachedAnswer(
            body: Array("{\"é\": 1}".utf8), format: .neutral, model: "größe", provider: "",
            usage: TokenUsage(prompt: .max, completion: 8, cached: 9, cacheWrite: 5, reasoning: 4), costPicoUSD: -1,
            storedAt: now)
        let bytes = CachedAnswerCode.encode(answer)
        #expect(CachedAnswerCode.decode(bytes) == answer)
        for length in 0..<(bytes.count - answer.body.count) {
            #expect(CachedAnswerCode.decode(Array(bytes.prefix(length))) == nil)
        }
        #expect(CachedAnswerCode.decode([2] + bytes.dropFirst()) == nil)
    }
}
