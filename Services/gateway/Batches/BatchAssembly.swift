import Contracts
import Foundation

/// Writes the results of a batch into its two files, in the order of the lines, and ends it. Done again after a crash, it
/// writes the same files.
struct BatchAssembly: Sendable {
    let claim: BatchQueue.Claim
    let queue: BatchQueue
    let limits: BatchLimits

    /// Answers read at once: more only when a single one is larger.
    private static let bytesAtOnce = 4 << 20
    private static let linesAtOnce = 200

    func end(as status: BatchStatus) async throws {
        let output = try await write(good: true, as: "output")
        let errors = try await write(good: false, as: "error")
        try await queue.end(claim, as: status, output: output, errors: errors)
    }

    /// - Returns: Nil without a result of the kind.
    private func write(good: Bool, as kind: String) async throws -> FileID? {
        let file = claim.id.file(kind)
        var last = 0
        var position = 0
        var buffer: [UInt8] = []
        while true {
            let sizes = try await queue.sizes(claim, good: good, after: last, limit: Self.linesAtOnce)
            guard !sizes.isEmpty else { break }
            if last == 0 {
                let expires = Date().addingTimeInterval(TimeInterval(limits.retentionSeconds))
                try await queue.beginResults(file, name: "\(claim.id.wire)_\(kind).jsonl", expires: expires, claim)
            }
            let lines = Self.fitting(sizes)
            last = lines.last ?? last
            for result in try await queue.results(claim, lines: lines) { buffer += result.bytes }
            while buffer.count >= BatchLimits.chunkBytes {
                try await store(Array(buffer.prefix(BatchLimits.chunkBytes)), at: &position, file)
                buffer.removeFirst(BatchLimits.chunkBytes)
            }
        }
        guard last > 0 else { return nil }
        if !buffer.isEmpty { try await store(buffer, at: &position, file) }
        return file
    }

    private func store(_ piece: [UInt8], at position: inout Int, _ file: FileID) async throws {
        guard try await queue.append(piece, at: position, to: file, claim) else { throw BatchWorker.LeaseLost() }
        position += 1
    }

    private static func fitting(_ sizes: [(line: Int, bytes: Int)]) -> [Int] {
        var sum = 0
        var lines: [Int] = []
        for (line, bytes) in sizes {
            sum += bytes
            guard lines.isEmpty || sum <= bytesAtOnce else { break }
            lines.append(line)
        }
        return lines
    }
}
