import Contracts
import Cryptography
import Foundation
import Logging
import Postgres
import ServiceKit
import Support

@testable import AuditService

/// The logs on a database of their own, as the service's role sees them, and the same database behind its back.
struct AuditFixture: Sendable {
    static let seed = Array(repeating: UInt8(42), count: 32)
    static let logName = "log.example"

    let database: TestDatabase
    let pool: PostgresPool
    let superuser: PostgresPool
    let signer: CheckpointSigner
    let log: AuditLog
    let reader: AuditReader

    @discardableResult
    func append(_ records: [AuditRecord], in tenant: TenantID) async throws -> Int {
        try await log.append(records.map(LogEntry.init), from: .gateway, in: testScope(tenant))
    }

    func key(_ tenant: TenantID) throws -> VerifierKey { try signer.verifierKey(of: tenant) }

    /// Removes what keeps the superuser from changing the log, as somebody with the database in hand could.
    func breakIn() async throws {
        for table in ["records", "nodes", "logs"] {
            _ = try await superuser.query("ALTER TABLE audit.\(identifier: table) DISABLE TRIGGER ALL")
        }
    }
}

func withAudit<R: Sendable>(_ body: @Sendable (AuditFixture) async throws -> R) async throws -> R {
    try await withTestDatabase { database in
        try await MigrationRunner(
            url: database.url(role: "audit_migrator"), schema: "audit", migrations: AuditMigrations.all,
            logger: .quiet
        ).up()
        let pool = try database.makePool(role: "audit")
        let superuser = try database.makePool()
        let signer = try CheckpointSigner(logName: AuditFixture.logName, key: try SigningKey(seed: AuditFixture.seed))
        let value = try await body(
            AuditFixture(
                database: database, pool: pool, superuser: superuser, signer: signer,
                log: AuditLog(pool: pool, signer: signer, lockTimeout: .milliseconds(200)),
                reader: AuditReader(pool: pool, signer: signer)))
        await pool.shutDown()
        await superuser.shutDown()
        return value
    }
}

func sampleRecords(_ tenant: TenantID, _ count: Int) -> [AuditRecord] {
    (0..<count).map { SampleProof.record(tenant, $0) }
}

func testScope(_ tenant: TenantID) -> TenantScope {
    .verified(by: CredentialProof(credentialWasCheckedAndBelongsTo: tenant, actor: "test"))
}
