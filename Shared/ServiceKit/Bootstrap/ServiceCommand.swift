package import ArgumentParser
import Contracts

/// `rag-service serve | migrate up | migrate down --to N | migrate status`, and what the service adds.
package struct ServiceCommand<Definition: ServiceDefinition>: AsyncParsableCommand {
    package static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: Definition.name.rawValue,
            abstract: Definition.summary,
            subcommands: [ServeCommand<Definition>.self, MigrateCommand<Definition>.self] + Definition.commands,
            defaultSubcommand: ServeCommand<Definition>.self)
    }

    package init() {}
}
