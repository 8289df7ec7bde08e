package import Postgres

/// The schema `audit`, step by step.
package enum AuditMigrations {
    package static let all: [Migration] = [.log]
}
