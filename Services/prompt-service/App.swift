import Contracts
import Postgres
import ServiceKit

@main
enum App: ServiceDefinition {
    static let name = ServiceName.promptService
    static let summary = "Prompt templates with versions, rendered strictly."
    static let migrations: [Migration] = [.templates, .keepVersions]
}
