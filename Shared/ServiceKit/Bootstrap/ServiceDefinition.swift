package import ArgumentParser
package import Contracts
package import Hummingbird
package import Postgres

/// What makes one of the six executables. `@main enum App: ServiceDefinition` is all that a service's `App.swift` holds;
/// `build` stands in `Application+build.swift`.
///
/// ```swift
/// @main
/// enum App: ServiceDefinition {
///     static let name = ServiceName.ragService
///     static let migrations = Migrations.all
/// }
/// ```
package protocol ServiceDefinition: Sendable {
    static var name: ServiceName { get }
    /// One line for `--help`.
    static var summary: String { get }
    static var migrations: [Migration] { get }
    /// Commands besides `serve` and `migrate`, such as an offline verifier.
    static var commands: [any ParsableCommand.Type] { get }

    /// Whether a request is served on the event loop of its connection, which saves the changes of thread between them
    /// (docs/adr/0008). Only for a service whose routes neither block nor compute for long.
    static var servesOnEventLoops: Bool { get }

    /// Wires the service. Start from `parts.makeRouter()`, add the routes, register workers with
    /// `parts.addBackground`. Must not need PostgreSQL or another service to be reachable.
    ///
    /// - Throws: `SettingsError` for a setting of the service's own that is missing or invalid.
    static func build(_ parts: ServiceParts) async throws -> Router<ServiceRequestContext>
}

extension ServiceDefinition {
    package static var summary: String { "The \(name.rawValue) of Asterism." }
    package static var commands: [any ParsableCommand.Type] { [] }
    package static var servesOnEventLoops: Bool { false }

    /// The program: parses the arguments and runs the command that they name.
    package static func main() async {
        await ServiceCommand<Self>.main()
    }
}
