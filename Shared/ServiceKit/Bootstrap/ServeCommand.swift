import ArgumentParser
import Foundation

/// Runs the service until SIGTERM or SIGINT.
struct ServeCommand<Definition: ServiceDefinition>: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(commandName: "serve", abstract: "Serve requests until SIGTERM or SIGINT.")
    }

    @OptionGroup var sources: SettingsOptions

    @Option(name: .customLong("host"), help: "The address to listen on (HTTP_HOST).")
    var host: String?

    @Option(name: .customLong("port"), help: "The port to listen on (HTTP_PORT).")
    var port: String?

    func run() async throws {
        var overrides: [String: String] = [:]
        if let host { overrides["HTTP_HOST"] = host }
        if let port { overrides["HTTP_PORT"] = port }
        try await SettingsOptions.reportingErrors {
            let settings = try sources.settings(overriding: overrides)
            try await ServiceRuntime<Definition>(settings: settings).run()
        }
    }
}

/// Where settings come from besides the environment.
struct SettingsOptions: ParsableArguments {
    @Option(help: "A JSON file with settings; the environment goes before it.")
    var config: String?

    @Option(help: "A directory with one file for each secret.")
    var secrets = "/run/secrets"

    func settings(overriding: [String: String] = [:]) throws(SettingsError) -> Settings {
        let environment = ProcessInfo.processInfo.environment.merging(overriding) { $1 }
        let file = try config.map { path throws(SettingsError) in try SettingsSources.file(at: path) } ?? [:]
        return Settings(environment: environment, secrets: try SettingsSources.secrets(in: secrets), file: file)
    }

    /// Prints a settings error in one line and exits with 78.
    static func reportingErrors(_ body: () async throws -> Void) async throws {
        do {
            try await body()
        } catch let error as SettingsError {
            try? FileHandle.standardError.write(contentsOf: Data("\(error)\n".utf8))
            throw ExitCode(SettingsError.exitCode)
        }
    }
}
