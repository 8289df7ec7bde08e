import Foundation

/// A batch in OpenAI's form: every member is there, if only as null.
struct BatchObject: Encodable, Sendable {
    let batch: ModelBatch

    private struct Counts: Encodable {
        let total: Int
        let completed: Int
        let failed: Int
    }

    private struct Problems: Encodable {
        let object = "list"
        let data: [BatchProblem]
    }

    private enum CodingKeys: String, CodingKey {
        case id, object, endpoint, errors, completionWindow, status, createdAt, inProgressAt, expiresAt, finalizingAt
        case completedAt, failedAt, expiredAt, cancellingAt, cancelledAt, requestCounts, metadata
        case inputFileID = "inputFileId"
        case outputFileID = "outputFileId"
        case errorFileID = "errorFileId"
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(batch.id.wire, forKey: .id)
        try container.encode("batch", forKey: .object)
        try container.encode(batch.endpoint, forKey: .endpoint)
        try container.encode(batch.problems.isEmpty ? nil : Problems(data: batch.problems), forKey: .errors)
        try container.encode(batch.inputFile.wire, forKey: .inputFileID)
        try container.encode(batch.outputFile?.wire, forKey: .outputFileID)
        try container.encode(batch.errorFile?.wire, forKey: .errorFileID)
        try container.encode(batch.window, forKey: .completionWindow)
        try container.encode(batch.status.rawValue, forKey: .status)
        try container.encode(
            Counts(total: batch.total, completed: batch.completed, failed: batch.failed), forKey: .requestCounts)
        try container.encode(batch.metadata, forKey: .metadata)
        try encodeTimes(&container)
    }

    private func encodeTimes(_ container: inout KeyedEncodingContainer<CodingKeys>) throws {
        let times = batch.times
        let named: [(CodingKeys, Date?)] = [
            (.createdAt, times.created), (.expiresAt, times.expires), (.inProgressAt, times.inProgress),
            (.finalizingAt, times.finalizing), (.completedAt, times.completed), (.failedAt, times.failed),
            (.expiredAt, times.expired), (.cancellingAt, times.cancelling), (.cancelledAt, times.cancelled),
        ]
        for (key, date) in named { try container.encode(date.map { Int64($0.timeIntervalSince1970) }, forKey: key) }
    }
}
