import Contracts
import Cryptography
import Foundation
import Logging
import Postgres
import ServiceKit
import Support

@testable import Gateway

/// What another gateway on the same database knows of a tenant, following its changes as the real one does.
struct OtherReplica: Sendable {
    let directory: TenantDirectory

    static func run(beside fixture: GatewayFixture, _ body: (OtherReplica) async throws -> Void) async throws {
        let pool = try fixture.database.makePool(role: "gateway")
        let changes = ChangeFollower(pool: pool, logger: .quiet)
        let keyring = try EnvelopeKeyring(parsing: "test:MDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDA=")
        let catalogue = CatalogueDirectory(storage: CatalogueStorage(pool: pool), changes: changes)
        let directory = TenantDirectory(
            tenants: TenantStorage(pool: pool),
            providers: ProviderStorage(pool: pool, keyring: keyring, logger: .quiet),
            configurations: ConfigurationStorage(pool: pool),
            catalogue: catalogue, changes: changes)
        let following = Task {
            try await changes.run { change in
                catalogue.forget(change)
                directory.forget(change)
            }
        }
        do {
            try await body(OtherReplica(directory: directory))
        } catch {
            following.cancel()
            await pool.shutDown()
            throw error
        }
        following.cancel()
        await pool.shutDown()
    }

    func profile(of tenant: TenantID) async throws -> TenantProfile? {
        try await directory.profile(
            in: .operated(by: OperatorProof(adminKeyWasCheckedFor: tenant, action: "test")))
    }
}
