/// One numbered step of a schema. Once released it never changes: the runner compares checksums.
package struct Migration: Sendable {
    package let number: Int
    package let name: String
    /// SQL to apply. Each element may hold several statements.
    package let up: [String]
    /// SQL that takes `up` back; empty when it cannot be taken back.
    package let down: [String]
    /// False for statements that refuse to run in a transaction (`CREATE INDEX CONCURRENTLY`); give those one
    /// statement an element, and write them so that they can be run again after half of them failed.
    package let isTransactional: Bool

    package init(_ number: Int, _ name: String, up: [String], down: [String], isTransactional: Bool = true) {
        self.number = number
        self.name = name
        self.up = up
        self.down = down
        self.isTransactional = isTransactional
    }
}
