import Contracts
import Synchronization

/// Gathers the texts of several callers of one tenant into one call to the provider, when they come at the same time.
///
/// A caller that finds no call of its kind under way is sent at once and waits for nobody. Those that come meanwhile are
/// gathered for `window`, or until there is no room, and go together; a text that several bring goes once. Each gets the
/// vectors of its own texts and its share of what the provider counted; the shares add up to it exactly.
///
/// When a shared call is refused because of the request, each caller is sent by itself: the fault is most likely in one
/// text only. Any other failure is everybody's. A caller that is cancelled keeps its place, so that what its texts used
/// is counted as its own.
final class EmbeddingBatcher: Sendable {
    /// A tenth of what the fastest provider takes.
    static let window = Duration.milliseconds(2)
    /// Fewer than any vendor takes that takes several.
    static let maximumTexts = 64
    /// Of the texts of one shared call: some 64,000 tokens, far below what a vendor takes in one request.
    static let maximumBytes = 256 << 10

    /// Sends texts to the provider: the caller's own, or when they are shared those of others too. It must answer alike
    /// for all callers of one lane.
    typealias Send =
        @Sendable (_ items: [[UInt8]], _ areShared: Bool, _ deadline: ContinuousClock.Instant) async -> EmbeddingReply

    struct Caller: Sendable {
        let items: [[UInt8]]
        let deadline: ContinuousClock.Instant
        /// By which the provider knows what this caller sends.
        let reference: UsageRecordID
        let send: Send

        fileprivate var bytes: Int { items.reduce(0) { $0 + $1.count } }
    }

    /// What of a reply belongs to one caller.
    struct Part: Sendable, Equatable {
        /// With what the caller itself has to pay for.
        let reply: EmbeddingReply
        /// What each of its texts took, whoever paid for it.
        let worth: [Int64]
        /// How many callers shared the call.
        let callers: Int
        /// By which the provider knows the call.
        let reference: UsageRecordID
        /// Of several callers one speaks for the call.
        let isFirst: Bool
    }

    private struct Member {
        let caller: Caller
        let continuation: CheckedContinuation<Part, Never>
    }

    private struct Batch {
        let number: UInt64
        var members: [Member] = []
        var count = 0
        var bytes = 0

        mutating func add(_ member: Member) {
            members.append(member)
            count += member.caller.items.count
            bytes += member.caller.bytes
        }
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

    /// The vectors of a caller's texts, sent alone or with those of others.
    ///
    /// - Parameters:
    ///   - lane: Names the tenant and all that the texts must have in common; see `EmbeddingSpace`.
    ///   - limit: How many texts the provider takes in one call. A caller with more goes alone.
    func answer(_ caller: Caller, in lane: CacheKey, limit: Int) async -> Part {
        let limit = min(limit, Self.maximumTexts)
        guard caller.items.count <= limit, caller.bytes <= Self.maximumBytes else { return await Self.alone(caller) }
        return await withCheckedContinuation { continuation in
            let member = Member(caller: caller, continuation: continuation)
            let (ready, opened) = state.withLock { Self.add(member, lane, limit, &$0) }
            for batch in ready { start(batch, lane) }
            if let opened { closeLater(opened, lane) }
        }
    }

    /// - Returns: Batches to send now, and the number of one that was opened.
    private static func add(
        _ member: Member, _ key: CacheKey, _ limit: Int, _ state: inout State
    ) -> (ready: [Batch], opened: UInt64?) {
        var lane = state.lanes[key] ?? Lane()
        defer { state.lanes[key] = lane }
        var ready: [Batch] = []
        if let gathering = lane.gathering,
            gathering.count + member.caller.items.count > limit || gathering.bytes + member.caller.bytes > maximumBytes
        {
            ready.append(gathering)
            lane.gathering = nil
        }
        let mustNotWait = lane.underWay == 0 && lane.gathering == nil && ready.isEmpty
        var opened: UInt64?
        var batch: Batch
        if let gathering = lane.gathering {
            batch = gathering
        } else {
            state.next += 1
            batch = Batch(number: state.next)
            opened = state.next
        }
        batch.add(member)
        if mustNotWait || batch.count >= limit {
            ready.append(batch)
            lane.gathering = nil
            opened = nil
        } else {
            lane.gathering = batch
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
        guard batch.members.count > 1, let first = batch.members.first?.caller else {
            for member in batch.members { member.continuation.resume(returning: await alone(member.caller)) }
            return
        }
        var places: [[UInt8]: Int] = [:]
        var items: [[UInt8]] = []
        for item in batch.members.flatMap(\.caller.items) where places[item] == nil {
            places[item] = items.count
            items.append(item)
        }
        // The latest: nobody is cut off by another's deadline.
        let deadline = batch.members.map(\.caller.deadline).max() ?? first.deadline
        let reply = await first.send(items, true, deadline)
        guard reply.failure?.blame != .request else { return await sendEachAlone(batch) }
        var isPaid = Array(repeating: false, count: items.count)
        for (number, member) in batch.members.enumerated() {
            let own = member.caller.items.compactMap { places[$0] }
            let tokens = own.map { place -> Int64 in
                defer { isPaid[place] = true }
                return isPaid[place] ? 0 : reply.tokens[place]
            }
            member.continuation.resume(
                returning: Part(
                    reply: EmbeddingReply(
                        vectors: own.map { reply.vectors[$0] }, tokens: tokens, isExact: reply.isExact,
                        failure: reply.failure),
                    worth: own.map { reply.tokens[$0] }, callers: batch.members.count, reference: first.reference,
                    isFirst: number == 0))
        }
    }

    private static func sendEachAlone(_ batch: Batch) async {
        await withTaskGroup { group in
            for member in batch.members {
                group.addTask { member.continuation.resume(returning: await alone(member.caller)) }
            }
        }
    }

    private static func alone(_ caller: Caller) async -> Part {
        let reply = await caller.send(caller.items, false, caller.deadline)
        return Part(reply: reply, worth: reply.tokens, callers: 1, reference: caller.reference, isFirst: true)
    }
}
