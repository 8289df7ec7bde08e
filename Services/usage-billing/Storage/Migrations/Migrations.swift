package import Postgres

/// The schema `billing`, step by step.
package enum BillingMigrations {
    package static let all: [Migration] = [.ledger, .firstPrices, .tokenKinds]
}
