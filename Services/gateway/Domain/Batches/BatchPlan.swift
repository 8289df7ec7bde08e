/// Reads the input of a batch line by line and decides whether it can begin.
///
/// In memory are the ids of the lines, up to 50,000 of 512 bytes, and the problems, up to a hundred.
struct BatchPlan {
    /// A line that can run.
    struct Entry: Sendable, Equatable {
        let line: Int
        let customID: String
        /// The place of its body in the file.
        let offset: Int64
        let length: Int
    }

    private let endpoint: BatchEndpoint
    private var seen: Set<String> = []
    private var line = 0
    private(set) var total = 0
    private(set) var problems: [BatchProblem] = []

    init(endpoint: BatchEndpoint) {
        self.endpoint = endpoint
    }

    /// Whether reading on is of no use.
    var isHopeless: Bool { problems.count >= BatchLimits.reportedProblems || total > BatchLimits.lines }

    /// Nil for a blank line and for one that is wrong, which is then among `problems`.
    mutating func read(_ text: LineSplitter.Line) -> Entry? {
        line += 1
        guard text.bytes.contains(where: { $0 != UInt8(ascii: " ") && $0 != UInt8(ascii: "\t") }) else { return nil }
        total += 1
        do throws(BatchProblem) {
            let parsed = try BatchLine(text.bytes, endpoint: endpoint)
            guard seen.insert(parsed.customID).inserted else {
                throw BatchProblem(
                    "duplicate_custom_id", "The custom_id '\(parsed.customID)' is used by an earlier line.",
                    "custom_id")
            }
            return Entry(
                line: line, customID: parsed.customID, offset: text.offset + Int64(parsed.body.lowerBound),
                length: parsed.body.count)
        } catch {
            report(error.at(line: line))
            return nil
        }
    }

    mutating func readTooLong() {
        report(
            BatchProblem(
                "line_too_long", "A line may have at most \(BatchLimits.lineBytes) bytes.", line: line + 1))
    }

    /// To be called when everything has been read.
    mutating func finish() {
        if total > BatchLimits.lines {
            report(
                BatchProblem(
                    "too_many_tasks", "The file has more than \(BatchLimits.lines) lines, the most that a batch takes."
                ))
        } else if total == 0, problems.isEmpty {
            report(BatchProblem("empty_file", "The input file has no lines."))
        }
    }

    private mutating func report(_ problem: BatchProblem) {
        if problems.count < BatchLimits.reportedProblems { problems.append(problem) }
    }
}
