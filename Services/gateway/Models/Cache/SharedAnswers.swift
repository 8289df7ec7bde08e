import Contracts
import Cryptography
import Foundation
import Logging
import Redis
import Synchronization

/// The tier of the answer cache that all gateways share: in Redis, sealed, for the time to live.
///
/// An answer is sealed with AES-256-GCM under a key derived for its tenant and its place, so an entry that is copied to
/// another tenant's name does not open, and the names are keyed, so that who reads Redis cannot try out questions.
/// When Redis is away or slow, calls go on without it: an operation waits `deadline` at most, and after a failure Redis
/// is left alone for `pause`.
final class SharedAnswers: Sendable {
    /// A cache that takes longer than this is worse than none.
    static let deadline = Duration.milliseconds(20)
    /// So that an outage costs one call in a second the deadline, and not every one.
    static let pause: TimeInterval = 1
    /// Larger ones stay in memory: they would hold up what else Redis does.
    static let maximumBytes = 1 << 20
    /// Answers on their way to Redis; what comes while there are as many is kept in memory only.
    private static let maximumPending = 128

    private let redis: RedisClient
    private let keyring: EnvelopeKeyring
    private let metrics: CacheMetrics
    private let logger: Logger
    private let pending = Atomic(0)
    private let pausedUntil = Mutex(Date.distantPast)

    init(redis: RedisClient, keyring: EnvelopeKeyring, metrics: CacheMetrics, logger: Logger) {
        self.redis = redis
        self.keyring = keyring
        self.metrics = metrics
        self.logger = logger
    }

    /// Nil when there is none, or Redis does not say in time.
    func answer(for key: CacheKey, under settings: CacheSettings, at now: Date) async -> CachedAnswer? {
        guard !isPaused(at: now) else { return nil }
        let sealed: [UInt8]
        do {
            let place = try place(of: key)
            guard let bytes = try await redis.command("GET", place, timeout: Self.deadline).bytes else { return nil }
            sealed = bytes
        } catch {
            failed("get", error, at: now)
            return nil
        }
        do {
            let text = try keyring.derived(for: purpose(key)).open(sealed, context: purpose(key))
            guard let answer = CachedAnswerCode.decode(text),
                now.millisecondsSince1970 - answer.storedAt.millisecondsSince1970 < settings.maximumAgeMilliseconds
            else { return nil }
            return answer
        } catch {
            // Sealed with a key that is gone, or tampered with: there is no such answer.
            metrics.sharedFailure("open")
            return nil
        }
    }

    /// Sends an answer to Redis, without waiting for it.
    func store(_ answer: CachedAnswer, for key: CacheKey, under settings: CacheSettings) {
        guard answer.body.count <= Self.maximumBytes, settings.maximumAgeMilliseconds > 0,
            !isPaused(at: answer.storedAt)
        else { return }
        guard pending.add(1, ordering: .relaxed).newValue <= Self.maximumPending else {
            pending.subtract(1, ordering: .relaxed)
            return
        }
        Task.detached {
            await self.send(answer, for: key, under: settings)
            self.pending.subtract(1, ordering: .relaxed)
        }
    }

    /// Sends an answer to Redis; returns when it is there or could not be sent.
    func send(_ answer: CachedAnswer, for key: CacheKey, under settings: CacheSettings) async {
        do {
            let sealed = try keyring.derived(for: purpose(key)).seal(
                CachedAnswerCode.encode(answer), context: purpose(key))
            _ = try await redis.command(
                "SET", try place(of: key), RedisArgument(sealed), "PX", RedisArgument(settings.maximumAgeMilliseconds),
                timeout: Self.deadline)
        } catch {
            failed("set", error, at: answer.storedAt)
        }
    }

    /// `ast:cache:{tenant}:{name}`
    func place(of key: CacheKey) throws(CryptographyError) -> RedisArgument {
        let name = try keyring.pseudonym(of: purpose(key))
        return RedisArgument("ast:cache:\(key.tenant):\(Hexadecimal.encode(name))")
    }

    private func purpose(_ key: CacheKey) -> [UInt8] {
        Array("asterism answer cache \(key.tenant) ".utf8) + key.bytes
    }

    private func isPaused(at now: Date) -> Bool {
        pausedUntil.withLock { now < $0 }
    }

    private func failed(_ operation: String, _ error: any Error, at now: Date) {
        metrics.sharedFailure(operation)
        let isFirst = pausedUntil.withLock { until in
            defer { until = now.addingTimeInterval(Self.pause) }
            return now >= until.addingTimeInterval(Self.pause)
        }
        if isFirst { logger.warning("the shared cache is left alone for a second", metadata: ["error": "\(error)"]) }
    }
}
