import Contracts
import Foundation
import Logging
import Resilience

/// Sends the entries of one kind to their owner, in order and in batches.
struct JournalShipper: Sendable {
    /// Sends one body and returns the owner's answer.
    typealias Send = @Sendable (JournalEntry.Kind, [UInt8]) async throws -> BatchReceipt

    /// What owners take (`Batch`).
    static let maximumItems = 1_000
    /// Half of what the owners' routes accept as a body.
    static let maximumBytes = 2 * 1024 * 1024
    /// How long a first entry waits for company: short beside the second within which costs are to be seen.
    private static let linger = Duration.milliseconds(50)
    private static let backoff = Backoff(base: .milliseconds(100), maximum: .seconds(15))

    let kind: JournalEntry.Kind
    let journal: Journal
    let send: Send

    /// Ships until cancelled.
    func run() async {
        var signals = journal.signals.stream().makeAsyncIterator()
        var attempt = 0
        var limit = Self.maximumItems
        while !Task.isCancelled {
            switch await shipOnce(limit: limit) {
            case .nothing:
                attempt = 0
                limit = Self.maximumItems
                _ = await signals.next()
                try? await Task.sleep(for: Self.linger)
            case .shipped(let count):
                attempt = 0
                // A request costs the same for one entry and for a thousand.
                if count < limit / 2 { try? await Task.sleep(for: Self.linger) }
                limit = min(Self.maximumItems, limit * 2)
            case .refusedAsWhole(let count):
                limit = max(1, count / 2)
            case .failed:
                attempt += 1
                try? await Task.sleep(for: Self.backoff.delay(attempt: attempt))
            }
        }
    }

    enum Outcome: Equatable {
        case nothing
        case shipped(Int)
        /// The owner understood none of it. Smaller batches find the entry that is to blame.
        case refusedAsWhole(Int)
        case failed
    }

    func shipOnce(limit: Int = JournalShipper.maximumItems) async -> Outcome {
        journal.signals.lower()
        do {
            let batch = try journal.log.oldest(kind, limit: limit, maximumBytes: Self.maximumBytes)
            guard !batch.isEmpty else { return .nothing }
            return try await ship(batch)
        } catch {
            journal.gauges.batchFailed()
            if !Task.isCancelled {
                journal.logger.warning(
                    "journal batch not taken", error: error, metadata: ["kind": .string(kind.label)])
            }
            return .failed
        }
    }

    private func ship(_ batch: JournalBatch) async throws -> Outcome {
        do {
            let receipt = try await send(kind, batch.body())
            let rejected = Dictionary(receipt.rejected.map { ($0.index, $0.reason) }) { first, _ in first }
            try settle(batch, rejected: rejected)
            return .shipped(batch.count)
        } catch let error as APIError where Self.isRefusalOfContent(error.code) {
            guard batch.count == 1 else { return .refusedAsWhole(batch.count) }
            try settle(batch, rejected: [0: "\(error.code.rawValue): \(error.publicDetail ?? "")"])
            return .shipped(1)
        }
    }

    private func settle(_ batch: JournalBatch, rejected: [Int: String]) throws {
        try journal.log.settle(batch, kind: kind, rejected: rejected, at: Journal.now())
        journal.gauges.settled(kind, count: batch.count, rejected: rejected.count)
        for (index, reason) in rejected {
            journal.logger.error(
                "journal entry rejected by its owner",
                metadata: [
                    "kind": .string(kind.label), "reason": .string(reason), "index": .stringConvertible(index),
                ])
        }
    }

    /// 401, 403 and 404 are mistakes in the settings, which somebody will correct; these are not.
    private static func isRefusalOfContent(_ code: ErrorCode) -> Bool {
        switch code {
        case .malformedRequest, .invalidRequest, .bodyTooLarge: true
        default: false
        }
    }
}

extension Journal {
    /// Ships until cancelled, then closes. What was not shipped stays for the next start.
    package func run(shippingThrough client: ServiceClient) async throws {
        await ship { kind, body in
            try await client.callAsService(
                kind.owner, "POST", kind.path, json: body, isIdempotent: true, deadline: .seconds(10))
        }
        try close()
    }

    func ship(_ send: @escaping JournalShipper.Send) async {
        await withTaskGroup(of: Void.self) { group in
            for kind in JournalEntry.Kind.allCases {
                group.addTask { await JournalShipper(kind: kind, journal: self, send: send).run() }
            }
        }
    }
}
