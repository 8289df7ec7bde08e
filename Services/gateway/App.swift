import Contracts
import Hummingbird
import Postgres
import ServiceKit

@main
enum App: ServiceDefinition {
    static let name = ServiceName.gateway
    static let summary = "The public door of Asterism: keys, limits, routing, and every call to a model."
    static let servesOnEventLoops = true
    static let migrations = [Migration].gateway
}
