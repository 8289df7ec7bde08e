import Configuration
import Foundation
import Synchronization

/// Reads settings by the name of their environment variable.
///
/// Sources, the first that has the key wins: environment, files in `/run/secrets` (named like the variable, in any
/// case), the file given by `--config` (JSON; `{"http": {"port": 8080}}` is `HTTP_PORT`). An empty value counts as
/// none. Every read is remembered, so that a key in the file that nothing reads is reported as unknown.
package struct Settings: Sendable {
    private let reader: ConfigReader
    private let fileKeys: Set<String>
    private let known = KnownKeys()

    private final class KnownKeys: Sendable {
        let names = Mutex<Set<String>>([])
    }

    package init(
        environment: [String: String], secrets: [String: String] = [:], file: [String: String] = [:]
    ) {
        reader = ConfigReader(providers: [
            EnvironmentVariablesProvider(environmentVariables: environment, secretsSpecifier: .none),
            EnvironmentVariablesProvider(environmentVariables: secrets, secretsSpecifier: .all),
            EnvironmentVariablesProvider(environmentVariables: file, secretsSpecifier: .none),
        ])
        fileKeys = Set(file.keys)
    }

    /// Nil when the key is set nowhere.
    package func optional(_ key: String) -> String? {
        value(key, isSecret: false)
    }

    package func string(_ key: String, default fallback: String) -> String {
        value(key, isSecret: false) ?? fallback
    }

    package func required(_ key: String) throws(SettingsError) -> String {
        guard let value = value(key, isSecret: false) else { throw SettingsError(key, "is required") }
        return value
    }

    /// A value that is never printed. Nil when it is set nowhere.
    package func optionalSecret(_ key: String) -> String? {
        value(key, isSecret: true)
    }

    package func secret(_ key: String) throws(SettingsError) -> String {
        guard let value = value(key, isSecret: true) else { throw SettingsError(key, "is required") }
        return value
    }

    package func integer(
        _ key: String, default fallback: Int, in range: ClosedRange<Int>
    ) throws(SettingsError) -> Int {
        guard let text = value(key, isSecret: false) else { return fallback }
        guard let number = Int(text), range.contains(number) else {
            throw SettingsError(
                key, "must be a whole number from \(range.lowerBound) to \(range.upperBound), not \"\(text)\"")
        }
        return number
    }

    package func boolean(_ key: String, default fallback: Bool) throws(SettingsError) -> Bool {
        guard let text = value(key, isSecret: false) else { return fallback }
        switch text.lowercased() {
        case "true", "yes", "on", "1": return true
        case "false", "no", "off", "0": return false
        default: throw SettingsError(key, "must be true or false, not \"\(text)\"")
        }
    }

    /// `250ms`, `30s`, `5m`, `1h`; a bare number is seconds.
    package func duration(
        _ key: String, default fallback: Duration, in range: ClosedRange<Duration>
    ) throws(SettingsError) -> Duration {
        guard let text = value(key, isSecret: false) else { return fallback }
        guard let duration = DurationText.parse(text), range.contains(duration) else {
            throw SettingsError(
                key,
                "must be a time such as 250ms, 30s or 5m from \(range.lowerBound) to \(range.upperBound), "
                    + "not \"\(text)\"")
        }
        return duration
    }

    /// One of the raw values of an enumeration.
    package func choice<Choice: RawRepresentable & CaseIterable>(
        _ key: String, default fallback: Choice
    ) throws(SettingsError) -> Choice where Choice.RawValue == String {
        guard let text = value(key, isSecret: false) else { return fallback }
        guard let choice = Choice(rawValue: text) else {
            let allowed = Choice.allCases.map(\.rawValue).joined(separator: ", ")
            throw SettingsError(key, "must be one of \(allowed), not \"\(text)\"")
        }
        return choice
    }

    /// Comma-separated words, trimmed, empty ones left out.
    package func list(_ key: String) -> [String] {
        (value(key, isSecret: false) ?? "").split(separator: ",")
            .map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty }
    }

    /// To be called when everything has been read.
    ///
    /// - Throws: For a key in the configuration file that nothing has read: a misspelt key would else be a default.
    package func checkUnknown() throws(SettingsError) {
        let read = known.names.withLock { $0 }
        if let key = fileKeys.subtracting(read).sorted().first {
            throw SettingsError(key, "is in the configuration file but is not a key of this service")
        }
    }

    private func value(_ key: String, isSecret: Bool) -> String? {
        known.names.withLock { _ = $0.insert(key) }
        let found = reader.string(forKey: ConfigKey([key]), isSecret: isSecret)
        return found.flatMap { $0.isEmpty ? nil : $0 }
    }
}
