import Foundation
import GRDB

/// The SQLite file of a journal: entries in the order they came, and those that nobody will ever take.
///
/// All calls block; `Journal` makes them on its own queue.
final class JournalStore: Sendable {
    struct StoredEntry: Sendable {
        let id: Int64
        let payload: Data
    }

    /// SQLite's page, which bounds the file: `max_page_count` makes an insert past it fail with SQLITE_FULL.
    private static let pageBytes = 4096
    private let database: DatabasePool
    /// The last entry that an earlier run of the process wrote; ids are never used again.
    private let lastEarlierID: Int64

    init(settings: JournalSettings) throws {
        let folder = URL(fileURLWithPath: settings.path).deletingLastPathComponent()
        try FileManager.default.createDirectory(
            at: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        var configuration = Configuration()
        // One reader: the shipper of each kind reads rarely.
        configuration.maximumReaderCount = 1
        configuration.busyMode = .timeout(5)
        let synchronous = settings.synchronous.rawValue.uppercased()
        let pages = max(64, settings.maximumBytes / Self.pageBytes)
        configuration.prepareDatabase { database in
            try database.execute(sql: "PRAGMA synchronous = \(synchronous)")
            if !database.configuration.readonly {
                try database.execute(sql: "PRAGMA max_page_count = \(pages)")
            }
        }
        database = try DatabasePool(path: settings.path, configuration: configuration)
        try database.write(Self.createTables)
        lastEarlierID = try database.read {
            try Int64.fetchOne($0, sql: "SELECT seq FROM sqlite_sequence WHERE name = 'entry'") ?? 0
        }
    }

    /// How many entries of earlier runs of the process are still here.
    func earlierDepth(_ kind: JournalEntry.Kind) throws -> Int {
        try database.read {
            try Int.fetchOne(
                $0, sql: "SELECT count(*) FROM entry WHERE kind = ? AND id <= ?",
                arguments: [kind.rawValue, lastEarlierID]) ?? 0
        }
    }

    private static func createTables(_ database: Database) throws {
        // AUTOINCREMENT: an id is never used again, so deleting what was shipped cannot hit what came later.
        try database.execute(
            sql: """
                CREATE TABLE IF NOT EXISTS entry (
                    id INTEGER PRIMARY KEY AUTOINCREMENT, kind INTEGER NOT NULL, payload BLOB NOT NULL,
                    appended_ms INTEGER NOT NULL);
                CREATE INDEX IF NOT EXISTS entry_by_kind ON entry (kind, id);
                CREATE TABLE IF NOT EXISTS dead_letter (
                    id INTEGER PRIMARY KEY, kind INTEGER NOT NULL, payload BLOB NOT NULL, reason TEXT NOT NULL,
                    rejected_ms INTEGER NOT NULL);
                """)
    }

    /// All entries in one transaction.
    func insert(_ entries: [JournalEntry], at milliseconds: Int64) throws {
        try database.write { database in
            let statement = try database.cachedStatement(
                sql: "INSERT INTO entry (kind, payload, appended_ms) VALUES (?, ?, ?)")
            for entry in entries {
                try statement.execute(arguments: [entry.kind.rawValue, Data(entry.payload), milliseconds])
            }
        }
    }

    /// The oldest entries of a kind, at most `limit`, and stopping before `maximumBytes` but after one.
    func oldest(_ kind: JournalEntry.Kind, limit: Int, maximumBytes: Int) throws -> [StoredEntry] {
        try database.read { database in
            let rows = try Row.fetchCursor(
                database, sql: "SELECT id, payload FROM entry WHERE kind = ? ORDER BY id LIMIT ?",
                arguments: [kind.rawValue, limit])
            var entries: [StoredEntry] = []
            var bytes = 0
            while let row = try rows.next() {
                let payload: Data = row[1]
                bytes += payload.count
                guard entries.isEmpty || bytes <= maximumBytes else { break }
                entries.append(StoredEntry(id: row[0], payload: payload))
            }
            return entries
        }
    }

    /// Forgets what was accepted and sets aside what was refused, together.
    func settle(
        _ entries: [StoredEntry], kind: JournalEntry.Kind, rejected: [Int: String], at milliseconds: Int64
    ) throws {
        guard let first = entries.first?.id, let last = entries.last?.id else { return }
        try database.write { database in
            for (index, reason) in rejected where entries.indices.contains(index) {
                try database.execute(
                    sql: "INSERT INTO dead_letter (kind, payload, reason, rejected_ms) VALUES (?, ?, ?, ?)",
                    arguments: [kind.rawValue, entries[index].payload, reason, milliseconds])
            }
            try database.execute(
                sql: "DELETE FROM entry WHERE kind = ? AND id BETWEEN ? AND ?",
                arguments: [kind.rawValue, first, last])
        }
    }

    func depth(_ kind: JournalEntry.Kind) throws -> Int {
        try database.read {
            try Int.fetchOne(
                $0, sql: "SELECT count(*) FROM entry WHERE kind = ?", arguments: [kind.rawValue]) ?? 0
        }
    }

    func deadLetters(_ kind: JournalEntry.Kind) throws -> Int {
        try database.read {
            try Int.fetchOne(
                $0, sql: "SELECT count(*) FROM dead_letter WHERE kind = ?", arguments: [kind.rawValue]) ?? 0
        }
    }

    func oldestMilliseconds() throws -> Int64? {
        try database.read {
            try Int64.fetchOne($0, sql: "SELECT appended_ms FROM entry ORDER BY id LIMIT 1")
        }
    }

    func close() throws {
        try database.close()
    }
}
