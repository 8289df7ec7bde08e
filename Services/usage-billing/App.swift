import Contracts
import Postgres
import ServiceKit

@main
enum App: ServiceDefinition {
    static let name = ServiceName.usageBilling
    static let summary = "Meters, prices and bills what tenants use, and grants leases on their budgets."
    static let migrations = BillingMigrations.all
}
