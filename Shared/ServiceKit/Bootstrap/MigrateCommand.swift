import ArgumentParser
import Contracts
import Foundation
import Logging
import Observability
import Postgres

/// Moves the service's schema up and down.
struct MigrateCommand<Definition: ServiceDefinition>: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "migrate", abstract: "Change the schema of the database.",
            subcommands: [Up.self, Down.self, Status.self])
    }

    struct Up: AsyncParsableCommand {
        static var configuration: CommandConfiguration {
            CommandConfiguration(commandName: "up", abstract: "Apply every pending migration.")
        }

        @OptionGroup var sources: SettingsOptions

        func run() async throws {
            try await MigrateCommand.withRunner(sources) { try await $0.up() }
        }
    }

    struct Down: AsyncParsableCommand {
        static var configuration: CommandConfiguration {
            CommandConfiguration(commandName: "down", abstract: "Take migrations back, the newest first.")
        }

        @OptionGroup var sources: SettingsOptions

        @Option(help: "The migration that stays the newest; 0 takes back all.")
        var to: Int

        func run() async throws {
            try await MigrateCommand.withRunner(sources) { try await $0.down(to: to) }
        }
    }

    struct Status: AsyncParsableCommand {
        static var configuration: CommandConfiguration {
            CommandConfiguration(commandName: "status", abstract: "Show which migrations are applied.")
        }

        @OptionGroup var sources: SettingsOptions

        func run() async throws {
            try await MigrateCommand.withRunner(sources) { runner in
                for row in try await runner.status() {
                    print("\(row.number)\t\(row.name)\t\(row.state.rawValue)")
                }
            }
        }
    }

    /// `MIGRATION_DATABASE_URL` names the role that owns the schema; without it `DATABASE_URL` is used.
    private static func withRunner(
        _ sources: SettingsOptions, _ body: (MigrationRunner) async throws -> Void
    ) async throws {
        try await SettingsOptions.reportingErrors {
            let settings = try sources.settings()
            let url = try settings.optionalSecret("MIGRATION_DATABASE_URL") ?? settings.secret("DATABASE_URL")
            let logger = try ServiceLog.make(settings, service: Definition.name)
            guard
                let runner = try? MigrationRunner(
                    url: url, schema: Definition.name.schema, migrations: Definition.migrations, logger: logger)
            else { throw SettingsError("MIGRATION_DATABASE_URL", "is not a postgres:// URL") }
            defer { LogSink.standardOutput.flush() }
            try await body(runner)
        }
    }
}
