import Foundation

/// A file of a tenant, without its content.
struct StoredFile: Sendable, Equatable {
    enum Purpose: String, Sendable, CaseIterable {
        case batch
        case batchOutput = "batch_output"
    }

    let id: FileID
    let name: String
    let purpose: Purpose
    let bytes: Int64
    let createdAt: Date
    let expiresAt: Date
}
