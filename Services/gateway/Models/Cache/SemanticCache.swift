import Contracts
import Foundation
import Synchronization

/// Answers given again to questions that mean the same, as far as an embedding can tell.
///
/// Off unless a tenant chooses a model for the embeddings and a floor for the similarity. The nearest kept question of
/// the same tenant, model, system prompt and parameters is taken when it is at least that similar. A likeness is a
/// guess: the answer says how near it was.
final class SemanticCache: Sendable {
    struct Match: Sendable, Equatable {
        let answer: CachedAnswer
        let similarity: Double
    }

    /// The outcome of a lookup. `vector` is the question's, for `store` when there was no match.
    struct Lookup: Sendable {
        let match: Match?
        let vector: UnitVector?
    }

    /// Compared one by one: 2,000 vectors of 1,536 numbers in about a millisecond.
    static let maximumEntries = 2_000
    /// Tenants that use it at once.
    private static let maximumTenants = 256
    /// The dimensions of the largest embeddings in use.
    private static let maximumDimensions = 4_096

    private struct Entry: Sendable {
        let group: CacheKey
        let vector: UnitVector
        let answer: CachedAnswer
        var usedAt: Int64

        var byteCount: Int { vector.byteCount + answer.byteCount + 128 }
    }

    private final class Partition: Sendable {
        let entries = Mutex<[Entry]>([])
    }

    private let partitions = Mutex<[TenantID: Partition]>([:])
    private let metrics: CacheMetrics

    init(metrics: CacheMetrics) {
        self.metrics = metrics
    }

    /// The answer to the nearest kept question that is at least `floor` similar.
    ///
    /// - Parameter embed: The vector of the question's text. When it fails there is no match, and the call goes on.
    func answer(
        like question: SemanticQuestion, floor: Double, under settings: CacheSettings, at now: Date,
        embed: (String) async throws -> [Float]
    ) async -> Lookup {
        guard let numbers = try? await embed(question.text), numbers.count <= Self.maximumDimensions,
            let vector = UnitVector(numbers)
        else {
            metrics.miss(.semantic)
            return Lookup(match: nil, vector: nil)
        }
        let match = nearest(to: vector, question.group, floor, settings, now)
        if let match {
            metrics.hit(.semantic, saved: match.answer.costPicoUSD)
        } else {
            metrics.miss(.semantic)
        }
        return Lookup(match: match, vector: vector)
    }

    /// Keeps a whole answer under its question's vector, in place of one to the very same.
    func store(
        _ answer: CachedAnswer, to question: SemanticQuestion, vector: UnitVector, under settings: CacheSettings
    ) {
        let now = answer.storedAt.millisecondsSince1970
        let entry = Entry(group: question.group, vector: vector, answer: answer, usedAt: now)
        guard entry.byteCount <= settings.maximumBytes / 4 else { return }
        partition(of: question.group.tenant).entries.withLock { entries in
            entries.removeAll {
                now - $0.answer.storedAt.millisecondsSince1970 >= settings.maximumAgeMilliseconds
                    || ($0.group == entry.group && $0.vector == entry.vector)
            }
            entries.append(entry)
            var bytes = entries.reduce(0) { $0 + $1.byteCount }
            while entries.count > Self.maximumEntries || bytes > settings.maximumBytes {
                guard let oldest = entries.indices.min(by: { entries[$0].usedAt < entries[$1].usedAt }) else { break }
                bytes -= entries[oldest].byteCount
                entries.remove(at: oldest)
            }
        }
    }

    func forget(_ tenant: TenantID) {
        partitions.withLock { $0[tenant] = nil }
    }

    func forgetAll() {
        partitions.withLock { $0 = [:] }
    }

    func count(of tenant: TenantID) -> Int {
        partitions.withLock { $0[tenant] }?.entries.withLock { $0.count } ?? 0
    }

    private func nearest(
        to vector: UnitVector, _ group: CacheKey, _ floor: Double, _ settings: CacheSettings, _ now: Date
    ) -> Match? {
        guard let partition = partitions.withLock({ $0[group.tenant] }) else { return nil }
        let time = now.millisecondsSince1970
        return partition.entries.withLock { entries in
            var best: (index: Int, similarity: Float)?
            for index in entries.indices where entries[index].group == group {
                let age = time - entries[index].answer.storedAt.millisecondsSince1970
                guard age < settings.maximumAgeMilliseconds,
                    let similarity = entries[index].vector.similarity(to: vector),
                    similarity > best?.similarity ?? -.infinity
                else { continue }
                best = (index, similarity)
            }
            // Rounding of 32-bit numbers must not make a question unlike itself.
            guard let best, Double(best.similarity) >= min(floor, 1) - 1e-5 else { return nil }
            entries[best.index].usedAt = time
            return Match(answer: entries[best.index].answer, similarity: min(1, Double(best.similarity)))
        }
    }

    private func partition(of tenant: TenantID) -> Partition {
        partitions.withLock { partitions in
            if let known = partitions[tenant] { return known }
            // Which one goes does not matter: there are more only where somebody means harm.
            if partitions.count >= Self.maximumTenants, let other = partitions.keys.randomElement() {
                partitions[other] = nil
            }
            let fresh = Partition()
            partitions[tenant] = fresh
            return fresh
        }
    }
}
