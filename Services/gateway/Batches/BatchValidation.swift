import Contracts
import Foundation

/// Reads the input file of a batch and stores its lines, or says what is wrong with it.
struct BatchValidation: Sendable {
    let claim: BatchQueue.Claim
    let queue: BatchQueue
    let files: FileStore

    /// Pieces read in one query: a megabyte.
    private static let piecesAtOnce = 8
    /// Lines written in one statement.
    private static let linesAtOnce = 1_000

    func run(_ batch: ModelBatch) async throws {
        guard let endpoint = BatchEndpoint(rawValue: batch.endpoint) else {
            return try await queue.reject(claim, because: [BatchProblem("invalid_endpoint", "The endpoint is gone.")])
        }
        try await queue.clearLines(claim)
        var plan = BatchPlan(endpoint: endpoint)
        do {
            try await read(batch.inputFile, &plan)
        } catch is LineSplitter.TooLong {
            plan.readTooLong()
        }
        plan.finish()
        if plan.problems.isEmpty {
            try await queue.begin(claim, total: plan.total)
        } else {
            try await queue.reject(claim, because: plan.problems)
        }
    }

    private func read(_ file: FileID, _ plan: inout BatchPlan) async throws {
        var splitter = LineSplitter(maximumBytes: BatchLimits.lineBytes)
        var entries: [BatchPlan.Entry] = []
        var position = 0
        while !plan.isHopeless {
            let pieces = try await files.pieces(
                of: file, from: position, count: Self.piecesAtOnce, in: claim.scope)
            for piece in pieces {
                for line in try splitter.append(piece) {
                    if let entry = plan.read(line) { entries.append(entry) }
                }
            }
            if pieces.count < Self.piecesAtOnce {
                if let last = try splitter.finish(), let entry = plan.read(last) { entries.append(entry) }
                try await store(&entries, plan)
                return
            }
            position += pieces.count
            if entries.count >= Self.linesAtOnce { try await store(&entries, plan) }
        }
    }

    private func store(_ entries: inout [BatchPlan.Entry], _ plan: BatchPlan) async throws {
        // The lines of a batch that will not begin are of no use.
        if plan.problems.isEmpty {
            var rest = entries[...]
            while !rest.isEmpty {
                try await queue.insert(Array(rest.prefix(Self.linesAtOnce)), claim)
                rest = rest.dropFirst(Self.linesAtOnce)
            }
        }
        entries.removeAll(keepingCapacity: true)
    }
}
