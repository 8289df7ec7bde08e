import Contracts
import Foundation

/// A batch as its tenant sees it.
struct ModelBatch: Sendable, Equatable {
    var id: BatchID
    var endpoint: String
    var inputFile: FileID
    var status: BatchStatus
    var window: String
    var metadata: [String: String]?
    var problems: [BatchProblem]
    var outputFile: FileID?
    var errorFile: FileID?
    var total: Int
    var completed: Int
    var failed: Int
    /// When each status was reached.
    var times: Times

    struct Times: Sendable, Equatable {
        var created: Date
        var expires: Date
        var inProgress: Date?
        var finalizing: Date?
        var completed: Date?
        var failed: Date?
        var expired: Date?
        var cancelling: Date?
        var cancelled: Date?
    }
}
