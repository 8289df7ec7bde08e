import Contracts
import Postgres
import ServiceKit

/// Documents in, passages and cited answers out.
@main
enum App: ServiceDefinition {
    static let name = ServiceName.ragService
    static let summary = "Documents, retrieval and cited answers of Asterism."
    static let migrations = Migrations.all
}
