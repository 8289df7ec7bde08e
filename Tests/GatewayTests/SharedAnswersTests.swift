import Contracts
import Cryptography
import Foundation
import Logging
import Observability
import Redis
import ServiceKit
import Support
import Testing

@testable import Gateway

@Suite("Answers that all gateways share", .serialized)
struct SharedAnswersTests {
    private let now = Date()
    private let settings = CacheSettings(timeToLive: .seconds(60), maximumBytes: 100_000)

    private struct Setting {
        let shared: SharedAnswers
        let redis: RedisClient
        let metrics: MetricsRegistry

        /// Another gateway's cache on the same Redis.
        func cache() -> AnswerCache { AnswerCache(shared: shared, metrics: CacheMetrics()) }
    }

    private func scope() -> TenantScope {
        .verified(by: CredentialProof(credentialWasCheckedAndBelongsTo: TenantID(), actor: "api_key:test"))
    }

    private func answer(_ text: String) -> CachedAnswer {
        CachedAnswer(
            body: Array(text.utf8), format: .dialect, model: "m", provider: "p",
            usage: TokenUsage(prompt: 3, completion: 4), costPicoUSD: 7,
            storedAt: Date(timeIntervalSince1970: Double(now.millisecondsSince1970) / 1_000))
    }

    private func with(
        _ configuration: RedisConfiguration, secret: UInt8 = 7, _ body: (Setting) async throws -> Void
    ) async throws {
        let redis = RedisClient(configuration: configuration, reactor: try SharedReactor.get(), logger: .quiet)
        let registry = MetricsRegistry()
        let key = Base64.encode([UInt8](repeating: secret, count: 32))
        let shared = SharedAnswers(
            redis: redis, keyring: try EnvelopeKeyring(parsing: "test:\(key)"), metrics: CacheMetrics(registry),
            logger: .quiet)
        do {
            try await body(Setting(shared: shared, redis: redis, metrics: registry))
        } catch {
            await redis.close()
            throw error
        }
        await redis.close()
    }

    private func withServer(_ body: (Setting) async throws -> Void) async throws {
        let url = try #require(SharedAnswersTests.url)
        try await with(try RedisConfiguration(url: url)) { setting in
            try await eventually { (try? await setting.redis.command("PING")) != nil }
            try await body(setting)
        }
    }

    static let url = ProcessInfo.processInfo.environment["ASTERISM_TEST_REDIS_URL"]

    @Test("what one gateway keeps another one finds, sealed in Redis and gone with its time", .enabled(if: url != nil))
    func found() async throws {
        try await withServer { setting in
            let key = CacheKey(.answer, [[1]], in: scope())
            await setting.shared.send(answer("the secret answer"), for: key, under: settings)
            let cache = setting.cache()
            #expect(await cache.answer(for: key, under: settings, at: now) == answer("the secret answer"))
            #expect(cache.bytes > 0)
            let place = try setting.shared.place(of: key)
            let text = String(decoding: place.bytes, as: UTF8.self)
            #expect(text.hasPrefix("ast:cache:\(key.tenant):"))
            #expect(!text.contains(key.hexadecimal))
            let sealed = try #require(try await setting.redis.get(place))
            #expect(!String(decoding: sealed, as: UTF8.self).contains("secret"))
            let rest = try await setting.redis.command("PTTL", place).integer ?? 0
            #expect((1...60_000).contains(rest))
            #expect(await setting.cache().answer(for: key, under: settings, at: now.addingTimeInterval(61)) == nil)
        }
    }

    @Test("an entry copied to another tenant's place, or changed, is not found", .enabled(if: url != nil))
    func copied() async throws {
        try await withServer { setting in
            let (mine, theirs) = (CacheKey(.answer, [[1]], in: scope()), CacheKey(.answer, [[1]], in: scope()))
            await setting.shared.send(answer("mine"), for: mine, under: settings)
            #expect(await setting.shared.answer(for: theirs, under: settings, at: now) == nil)
            var sealed = try #require(try await setting.redis.get(try setting.shared.place(of: mine)))
            try await setting.redis.set(try setting.shared.place(of: theirs), to: RedisArgument(sealed))
            #expect(await setting.shared.answer(for: theirs, under: settings, at: now) == nil)
            sealed[sealed.count - 1] ^= 1
            try await setting.redis.set(try setting.shared.place(of: mine), to: RedisArgument(sealed))
            #expect(await setting.shared.answer(for: mine, under: settings, at: now) == nil)
            #expect(setting.metrics.text().contains("gateway_cache_shared_failures_total{operation=\"open\"} 2"))
        }
    }

    @Test("without Redis calls go on: it is counted, and left alone for a second")
    func away() async throws {
        let port = try FreePort.find()
        try await with(RedisConfiguration(host: "127.0.0.1", port: port)) { setting in
            let key = CacheKey(.answer, [[1]], in: scope())
            let cache = setting.cache()
            for _ in 0..<5 { #expect(await cache.answer(for: key, under: settings, at: now) == nil) }
            #expect(setting.metrics.text().contains("gateway_cache_shared_failures_total{operation=\"get\"} 1"))
            _ = await cache.answer(for: key, under: settings, at: now.addingTimeInterval(1.1))
            #expect(setting.metrics.text().contains("gateway_cache_shared_failures_total{operation=\"get\"} 2"))
            cache.store(answer("kept here"), for: key, under: settings)
            #expect(await cache.answer(for: key, under: settings, at: now) == answer("kept here"))
        }
    }
}
