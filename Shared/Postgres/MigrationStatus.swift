package import Foundation

/// What the history table says of one migration.
package struct MigrationStatus: Sendable, Equatable {
    package enum State: String, Sendable {
        case pending
        case applied
        /// Applied, but its source has changed since.
        case changed
        /// Applied, but unknown to this program, which is older than the schema.
        case unknown
    }

    package let number: Int
    package let name: String
    package let state: State
    package let appliedAt: Date?
}
