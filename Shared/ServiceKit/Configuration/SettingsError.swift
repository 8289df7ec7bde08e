/// A setting that is missing, invalid or unknown. Names the key, never a secret's value.
package struct SettingsError: Error, Sendable, Equatable, CustomStringConvertible {
    /// EX_CONFIG of sysexits.h: what a service exits with, so that an orchestrator's log tells it from a crash.
    package static let exitCode: Int32 = 78

    package let key: String
    package let reason: String

    package init(_ key: String, _ reason: String) {
        self.key = key
        self.reason = reason
    }

    package var description: String { "configuration key \(key): \(reason)" }
}
