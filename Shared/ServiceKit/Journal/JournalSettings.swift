package import Contracts

/// Where the journal is and how safe each entry must be.
///
/// ## Configuration keys
/// - `JOURNAL_PATH` (default `/var/lib/asterism/<service>/journal`): a folder, made when it is not there, on a disk that
///   outlives the process. One process to a folder.
/// - `JOURNAL_SYNCHRONOUS` (default `normal`): `normal` survives the end of the process at any moment; `full` survives
///   the end of the machine too, for one disk flush, which appends that come meanwhile share.
/// - `JOURNAL_MAXIMUM_BYTES` (default 1073741824): past it `append` fails, and the caller fails closed.
package struct JournalSettings: Sendable {
    package enum Synchronous: String, Sendable, CaseIterable {
        case normal, full
    }

    package var path: String
    package var synchronous: Synchronous
    package var maximumBytes: Int

    package init(path: String, synchronous: Synchronous = .normal, maximumBytes: Int = 1 << 30) {
        self.path = path
        self.synchronous = synchronous
        self.maximumBytes = maximumBytes
    }

    package init(_ settings: Settings, service: ServiceName) throws(SettingsError) {
        path = settings.string(
            "JOURNAL_PATH", default: "/var/lib/asterism/\(service.rawValue)/journal")
        synchronous = try settings.choice("JOURNAL_SYNCHRONOUS", default: .normal)
        maximumBytes = try settings.integer(
            "JOURNAL_MAXIMUM_BYTES", default: 1 << 30, in: 1_048_576...1_099_511_627_776)
    }
}
