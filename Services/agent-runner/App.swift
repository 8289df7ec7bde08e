import Contracts
import Postgres
import ServiceKit

@main
enum App: ServiceDefinition {
    static let name = ServiceName.agentRunner
    static let summary = "Durable runs, the tenant's tickets, and triage."
    static let migrations: [Migration] = [.tickets, .runs]
}
