import ServiceKit
import Synchronization

/// Gathers the texts of several callers of one tenant into one call to the provider, when they come at the same time.
///
/// A caller that finds no call of its kind under way is sent at once and waits for nobody. Those that come meanwhile are
/// gathered for `window`, or until there are `maximumTexts`, and go together. Each gets the vectors of its own texts and
/// its share of what the provider counted; the shares add up to it exactly.
///
/// When a shared call fails because of the request, each caller is sent by itself: the fault is most likely in one text
/// only. Any other failure is everybody's. A caller that is cancelled keeps its place, so that what its texts used is
/// counted as its own.
final class EmbeddingBatcher: Sendable {
    /// A tenth of what the fastest provider takes.
    static let window = Duration.milliseconds(2)
    /// Fewer than any vendor takes in one request (Cohere: 96).
    static let maximumTexts = 64

    /// What a provider answered to one request.
    struct Reply: Sendable, Equatable {
        /// One for each text sent, in their order.
        let vectors: [[UInt8]]
        let usage: TokenUsage
        let isExact: Bool
    }

    /// What of a reply belongs to one caller.
    struct Part: Sendable, Equatable {
        let vectors: [[UInt8]]
        /// Of each text.
        let tokens: [Int64]
        let isExact: Bool
        /// How many callers shared the call.
        let callers: Int

        var usage: TokenUsage { TokenUsage(prompt: tokens.reduce(0, +), completion: 0) }
    }

    /// Sends texts to the provider; called with those of several callers.
    typealias Send = @Sendable ([[UInt8]]) async throws -> Reply

    private struct Member {
        let items: [[UInt8]]
        let continuation: CheckedContinuation<Part, any Error>
    }

    private struct Batch {
        let number: UInt64
        let send: Send
        var members: [Member] = []

        var count: Int { members.reduce(0) { $0 + $1.items.count } }
    }

    private struct Lane {
        var underWay = 0
        var gathering: Batch?
    }

    private struct State {
        var lanes: [CacheKey: Lane] = [:]
        var next: UInt64 = 0
    }

    private let state = Mutex(State())
    private let window: Duration

    init(window: Duration = EmbeddingBatcher.window) {
        self.window = window
    }

    /// The vectors of `items`, sent alone or with those of others.
    ///
    /// - Parameters:
    ///   - variant: What the texts must have in common to be sent together; see `EmbeddingTexts`.
    ///   - send: Must answer alike for all callers with the same tenant and variant.
    func vectors(
        of items: [[UInt8]], variant: [UInt8], areTokens: Bool, in scope: TenantScope, send: @escaping Send
    ) async throws -> Part {
        let key = CacheKey(.embedding, [variant, [areTokens ? 1 : 0]], in: scope)
        do {
            return try await join(key, items, send)
        } catch let error as SharedFailure {
            guard error.isWorthTryingAlone else { throw error.cause }
            return try await Self.part(of: items, send)
        }
    }

    /// A failure of a call that several shared.
    private struct SharedFailure: Error {
        let cause: any Error

        var isWorthTryingAlone: Bool { (cause as? ProviderFailure)?.blame == .request }
    }

    private func join(_ key: CacheKey, _ items: [[UInt8]], _ send: @escaping Send) async throws -> Part {
        try await withCheckedThrowingContinuation { continuation in
            let member = Member(items: items, continuation: continuation)
            let (ready, opened) = state.withLock { Self.add(member, key, send, &$0) }
            for batch in ready { start(batch, key) }
            if let opened { closeLater(opened, key) }
        }
    }

    /// - Returns: Batches to send now, and the number of one that was opened.
    private static func add(
        _ member: Member, _ key: CacheKey, _ send: @escaping Send, _ state: inout State
    ) -> (ready: [Batch], opened: UInt64?) {
        var lane = state.lanes[key] ?? Lane()
        defer { state.lanes[key] = lane }
        var ready: [Batch] = []
        if let gathering = lane.gathering, gathering.count + member.items.count > maximumTexts {
            ready.append(gathering)
            lane.gathering = nil
        }
        let mustNotWait = lane.underWay == 0 && lane.gathering == nil && ready.isEmpty
        var opened: UInt64?
        if lane.gathering == nil {
            state.next += 1
            lane.gathering = Batch(number: state.next, send: send)
            opened = state.next
        }
        lane.gathering?.members.append(member)
        if let gathering = lane.gathering, mustNotWait || gathering.count >= maximumTexts {
            ready.append(gathering)
            lane.gathering = nil
            opened = nil
        }
        lane.underWay += ready.count
        return (ready, opened)
    }

    private func closeLater(_ number: UInt64, _ key: CacheKey) {
        Task.detached {
            // Not cancelled by anybody: the callers wait.
            try? await Task.sleep(for: self.window)
            let batch = self.state.withLock { state -> Batch? in
                guard let batch = state.lanes[key]?.gathering, batch.number == number else { return nil }
                state.lanes[key]?.gathering = nil
                state.lanes[key]?.underWay += 1
                return batch
            }
            if let batch { self.start(batch, key) }
        }
    }

    private func start(_ batch: Batch, _ key: CacheKey) {
        Task.detached {
            await Self.run(batch)
            self.state.withLock { state in
                state.lanes[key]?.underWay -= 1
                if let lane = state.lanes[key], lane.underWay == 0, lane.gathering == nil { state.lanes[key] = nil }
            }
        }
    }

    private static func run(_ batch: Batch) async {
        let items = batch.members.flatMap(\.items)
        do {
            let whole = try await part(of: items, batch.send)
            var position = 0
            for member in batch.members {
                let range = position..<(position + member.items.count)
                position = range.upperBound
                member.continuation.resume(
                    returning: Part(
                        vectors: Array(whole.vectors[range]), tokens: Array(whole.tokens[range]),
                        isExact: whole.isExact, callers: batch.members.count))
            }
        } catch {
            let failure: any Error = batch.members.count > 1 ? SharedFailure(cause: error) : error
            for member in batch.members { member.continuation.resume(throwing: failure) }
        }
    }

    private static func part(of items: [[UInt8]], _ send: Send) async throws -> Part {
        let reply = try await send(items)
        guard reply.vectors.count == items.count else { throw EmbeddingVectors.Failure.incomplete }
        return Part(
            vectors: reply.vectors, tokens: ShareOfTotal.split(reply.usage.prompt, by: items.map(\.count)),
            isExact: reply.isExact, callers: 1)
    }
}
