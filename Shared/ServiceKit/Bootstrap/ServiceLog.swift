import Contracts
import Logging
import Observability

/// The process's log.
///
/// ## Configuration keys
/// - `LOG_LEVEL` (default `info`): `trace`, `debug`, `info`, `notice`, `warning`, `error` or `critical`.
enum ServiceLog {
    static func make(_ settings: Settings, service: ServiceName) throws(SettingsError) -> Logger {
        let level = try settings.choice("LOG_LEVEL", default: Logger.Level.info)
        return Logger(label: service.rawValue) { label in
            JSONLogHandler(label: label, service: service.rawValue, logLevel: level)
        }
    }
}
