import ArgumentParser
import Contracts
import Postgres
import ServiceKit

@main
enum App: ServiceDefinition {
    static let name = ServiceName.auditService
    static let summary = "Keeps the tamper-evident record of every action, and proves it."
    static let migrations = AuditMigrations.all
    static let commands: [any ParsableCommand.Type] = [VerifyCommand.self]
}
