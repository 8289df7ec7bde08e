import Contracts
import Foundation
import Synchronization

/// Answers given again to questions that mean the same, as far as an embedding can tell.
///
/// Off unless a tenant chooses a model for the embeddings and a floor for the similarity. The nearest kept question of
/// the same tenant, model, system prompt and parameters is taken when it is at least that similar. A likeness is a
/// guess: the answer says how near it was.
final class SemanticCache: Sendable {
    /// What a question's embedding is, and which model says so: those of two models cannot be compared.
    struct Place: Sendable, Equatable {
        let vector: UnitVector
        let embedder: TargetKey
    }

    struct Match: Sendable, Equatable {
        let answer: CachedAnswer
        let similarity: Similarity
    }

    /// The outcome of a lookup. `place` is the question's, for `store` when there was no match.
    struct Lookup: Sendable {
        let match: Match?
        let place: Place?
    }

    /// Compared one by one: 2,000 vectors of 1,536 numbers in about a millisecond.
    static let maximumEntries = 2_000
    /// Tenants that use it at once.
    private static let maximumTenants = 256
    /// The dimensions of the largest embeddings in use.
    static let maximumDimensions = 4_096

    private struct Entry: Sendable {
        let group: CacheKey
        let place: Place
        let answer: CachedAnswer
        var usedAt: Int64

        var byteCount: Int { place.vector.byteCount + answer.byteCount + 128 }
    }

    private final class Partition: Sendable {
        private struct State {
            var entries: [Entry] = []
            var bytes = 0
            /// Another partition has taken its tenant: nothing is put here any more.
            var isGone = false
        }

        private let state = Mutex(State())

        var count: Int { state.withLock { $0.entries.count } }
        var bytes: Int { state.withLock { $0.bytes } }

        func change(_ body: (inout [Entry]) -> Void) -> Int {
            state.withLock { state in
                guard !state.isGone else { return 0 }
                let before = state.bytes
                body(&state.entries)
                state.bytes = state.entries.reduce(0) { $0 + $1.byteCount }
                return state.bytes - before
            }
        }

        /// Drops everything, for good.
        func end() -> Int {
            state.withLock { state in
                defer { state = State(isGone: true) }
                return -state.bytes
            }
        }

        func use<Value>(_ body: (inout [Entry]) -> Value) -> Value {
            state.withLock { body(&$0.entries) }
        }
    }

    private let maximumBytes: Int
    private let partitions = Mutex<[TenantID: Partition]>([:])
    private let stored = Atomic(0)
    private let metrics: CacheMetrics

    /// - Parameter maximumBytes: Of all tenants together, in this process.
    init(maximumBytes: Int = AnswerCache.defaultMaximumBytes, metrics: CacheMetrics) {
        self.maximumBytes = max(maximumBytes, 0)
        self.metrics = metrics
    }

    /// The answer to the nearest kept question that is at least `floor` similar.
    ///
    /// - Parameters:
    ///   - floor: Nil to take no answer, and only find the question's place.
    ///   - embed: The place of the question's text. When it fails there is no match, and the call goes on.
    func answer(
        like question: SemanticQuestion, floor: Double?, under settings: CacheSettings, at now: Date,
        embed: (String) async -> Place?
    ) async -> Lookup {
        guard let place = await embed(question.text), place.vector.dimensions <= Self.maximumDimensions else {
            metrics.miss(.semantic)
            return Lookup(match: nil, place: nil)
        }
        let match = floor.flatMap { nearest(to: place, question.group, $0, settings, now) }
        if let match {
            metrics.hit(.semantic, saved: match.answer.costPicoUSD)
        } else {
            metrics.miss(.semantic)
        }
        return Lookup(match: match, place: place)
    }

    /// Keeps an answer under its question's place, instead of one to the very same; unless it is empty or says that it was
    /// cut off.
    func store(
        _ answer: CachedAnswer, to question: SemanticQuestion, at place: Place, under settings: CacheSettings
    ) {
        let now = answer.storedAt.millisecondsSince1970
        let entry = Entry(group: question.group, place: place, answer: answer, usedAt: now)
        let quota = min(settings.maximumBytes, maximumBytes)
        guard entry.byteCount <= quota / 4, !answer.body.isEmpty, AnswerCompleteness.isComplete(answer.body) else {
            return
        }
        let change = partition(of: question.group.tenant).change { entries in
            entries.removeAll {
                now - $0.answer.storedAt.millisecondsSince1970 >= settings.maximumAgeMilliseconds
                    || ($0.group == entry.group && $0.place == entry.place)
            }
            entries.append(entry)
            var bytes = entries.reduce(0) { $0 + $1.byteCount }
            while entries.count > Self.maximumEntries || bytes > quota {
                guard let oldest = Self.oldest(entries) else { break }
                bytes -= entries.remove(at: oldest).byteCount
            }
        }
        add(change)
        while bytes > maximumBytes, shrinkLargest() {}
    }

    func forget(_ tenant: TenantID) {
        let partition = partitions.withLock { $0.removeValue(forKey: tenant) }
        if let partition { add(partition.end()) }
    }

    func forgetAll() {
        let all = partitions.withLock { partitions in
            defer { partitions = [:] }
            return partitions.values.map(\.self)
        }
        for partition in all { add(partition.end()) }
    }

    var bytes: Int { stored.load(ordering: .relaxed) }

    func count(of tenant: TenantID) -> Int { partitions.withLock { $0[tenant] }?.count ?? 0 }

    private func nearest(
        to place: Place, _ group: CacheKey, _ floor: Double, _ settings: CacheSettings, _ now: Date
    ) -> Match? {
        guard let partition = partitions.withLock({ $0[group.tenant] }) else { return nil }
        let time = now.millisecondsSince1970
        return partition.use { entries in
            var best: (index: Int, similarity: Float)?
            for index in entries.indices
            where entries[index].group == group && entries[index].place.embedder == place.embedder {
                let age = time - entries[index].answer.storedAt.millisecondsSince1970
                guard age < settings.maximumAgeMilliseconds,
                    let similarity = entries[index].place.vector.similarity(to: place.vector),
                    similarity > best?.similarity ?? -.infinity
                else { continue }
                best = (index, similarity)
            }
            // Rounding of 32-bit numbers must not make a question unlike itself.
            guard let best, Double(best.similarity) >= min(floor, 1) - 1e-5 else { return nil }
            entries[best.index].usedAt = time
            return Match(answer: entries[best.index].answer, similarity: Similarity(Double(best.similarity)))
        }
    }

    private func partition(of tenant: TenantID) -> Partition {
        let (partition, displaced) = partitions.withLock { partitions -> (Partition, Partition?) in
            if let known = partitions[tenant] { return (known, nil) }
            var displaced: Partition?
            // Which one goes does not matter: there are more only where somebody means harm.
            if partitions.count >= Self.maximumTenants, let other = partitions.keys.randomElement() {
                displaced = partitions.removeValue(forKey: other)
            }
            let fresh = Partition()
            partitions[tenant] = fresh
            return (fresh, displaced)
        }
        if let displaced { add(displaced.end()) }
        return partition
    }

    /// The tenant with the most gives way, so that one that keeps much never pushes out one that keeps little.
    private func shrinkLargest() -> Bool {
        let all = partitions.withLock { $0.values.map(\.self) }
        guard let largest = all.max(by: { $0.bytes < $1.bytes }) else { return false }
        let change = largest.change { entries in
            if let oldest = Self.oldest(entries) { entries.remove(at: oldest) }
        }
        add(change)
        return change < 0
    }

    private static func oldest(_ entries: [Entry]) -> Int? {
        entries.indices.min { entries[$0].usedAt < entries[$1].usedAt }
    }

    private func add(_ bytes: Int) {
        stored.add(bytes, ordering: .relaxed)
    }
}
