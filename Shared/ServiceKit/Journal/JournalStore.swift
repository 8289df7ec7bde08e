import Foundation
import GRDB
import Synchronization

/// The SQLite file of a journal: entries in the order they came, and those that nobody will ever take.
///
/// What is written together becomes one row for each kind, a block, and is read, sent and deleted as one: a row for each
/// entry took most of the journal's time (docs/adr/0008). All calls block.
final class JournalStore: Sendable {
    /// SQLite's page, which bounds the file: `max_page_count` makes an insert past it fail with SQLITE_FULL.
    private static let pageBytes = 4096
    /// The write-ahead log goes into the file when it has 32 MB. Each time flushes of the disk hold up the writer; with
    /// SQLite's 4 MB a busy gateway would pay for them many times a second.
    private static let checkpointPages = 8_192
    private let database: DatabaseQueue
    /// The last row that an earlier run of the process wrote, or that this one wrote for it.
    private let lastEarlierID: Atomic<Int64>
    /// Ids are never used again within a run, so what came later is not taken for something of an earlier run.
    private let lastID: Atomic<Int64>
    /// No block of the kind has this id or a smaller one: where looking for the oldest begins.
    private let settled = Mutex<[JournalEntry.Kind: Int64]>([:])
    private let flusher: JournalFlusher

    init(settings: JournalSettings) throws {
        let folder = URL(fileURLWithPath: settings.path).deletingLastPathComponent()
        try FileManager.default.createDirectory(
            at: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        database = try DatabaseQueue(path: settings.path, configuration: Self.configuration(settings))
        try database.write(JournalSchema.prepare)
        let last = try database.read { try Int64.fetchOne($0, sql: "SELECT max(id) FROM block") ?? 0 }
        lastEarlierID = Atomic(last)
        lastID = Atomic(last)
        flusher = JournalFlusher(path: settings.path + "-wal")
    }

    private static func configuration(_ settings: JournalSettings) -> Configuration {
        let synchronous = settings.synchronous.rawValue.uppercased()
        let pages = max(64, settings.maximumBytes / pageBytes)
        var configuration = Configuration()
        configuration.journalMode = .wal
        configuration.busyMode = .timeout(5)
        configuration.prepareDatabase { database in
            // One process to a file: without locks and shared memory for others a transaction takes half as many
            // system calls, and a second process is refused.
            try database.execute(sql: "PRAGMA locking_mode = EXCLUSIVE")
            try database.execute(sql: "PRAGMA synchronous = \(synchronous)")
            try database.execute(sql: "PRAGMA max_page_count = \(pages)")
            try database.execute(sql: "PRAGMA wal_autocheckpoint = \(checkpointPages)")
            // Some systems' SQLite writes zeros over what is deleted, which would write every entry twice.
            try database.execute(sql: "PRAGMA secure_delete = FAST")
        }
        return configuration
    }

    /// All entries in one transaction.
    func insert(_ entries: [JournalEntry], at milliseconds: Int64) throws {
        try database.writeWithoutTransaction { database in
            // Prepared once; GRDB's own would be compiled for each transaction.
            try database.cachedStatement(sql: "BEGIN IMMEDIATE").execute()
            do {
                try insert(entries, milliseconds, into: database)
                try database.cachedStatement(sql: "COMMIT").execute()
            } catch {
                if database.isInsideTransaction { try database.rollback() }
                throw error
            }
        }
        flusher.written(entries.reduce(Self.pageBytes) { $0 + $1.payload.count })
    }

    private func insert(_ entries: [JournalEntry], _ milliseconds: Int64, into database: Database) throws {
        let statement = try database.cachedStatement(
            sql: """
                INSERT INTO block (id, kind, entries, lengths, payload, appended_ms) VALUES (?, ?, ?, ?, ?, ?)
                """)
        for kind in JournalEntry.Kind.allCases {
            for block in JournalBlock.blocks(of: entries.lazy.filter { $0.kind == kind }) {
                try statement.execute(arguments: [
                    lastID.add(1, ordering: .relaxed).newValue, kind.rawValue, block.lengths.count,
                    JournalBlock.encode(block.lengths), block.payload, milliseconds,
                ])
            }
        }
    }

    /// The oldest entries of a kind, at most `limit`, and stopping before `maximumBytes` but after one block.
    func oldest(_ kind: JournalEntry.Kind, limit: Int, maximumBytes: Int) throws -> JournalBatch {
        let settled = settled.withLock { $0[kind] ?? 0 }
        return try database.read { database in
            let rows = try Row.fetchCursor(
                database.cachedStatement(
                    sql: "SELECT id, lengths, payload FROM block WHERE kind = ? AND id > ? ORDER BY id"),
                arguments: [kind.rawValue, settled])
            var blocks: [JournalBlock] = []
            var count = 0
            var bytes = 0
            while count < limit, let row = try rows.next() {
                let payload: Data = row[2]
                let block = JournalBlock(
                    id: row[0], payload: payload, lengths: JournalBlock.decode(row[1], payload: payload))
                bytes += payload.count
                guard blocks.isEmpty || (bytes <= maximumBytes && count + block.count <= limit) else { break }
                blocks.append(block)
                count += block.count
            }
            return JournalBatch(blocks: blocks, count: min(count, limit))
        }
    }

    /// Forgets what was accepted and sets aside what was refused, together.
    func settle(
        _ batch: JournalBatch, kind: JournalEntry.Kind, rejected: [Int: String], at milliseconds: Int64
    ) throws {
        guard let first = batch.blocks.first, let last = batch.blocks.last else { return }
        let lastWhole = batch.countOfLast == last.count ? last.id : last.id - 1
        try database.write { database in
            for (index, reason) in rejected {
                guard let payload = batch.entry(index) else { continue }
                try database.execute(
                    sql: "INSERT INTO dead_letter (kind, payload, reason, rejected_ms) VALUES (?, ?, ?, ?)",
                    arguments: [kind.rawValue, payload, reason, milliseconds])
            }
            try database.execute(
                sql: "DELETE FROM block WHERE kind = ? AND id BETWEEN ? AND ?",
                arguments: [kind.rawValue, first.id, lastWhole])
            guard lastWhole < last.id else { return }
            let rest = last.dropping(batch.countOfLast)
            try database.execute(
                sql: "UPDATE block SET entries = ?, lengths = ?, payload = ? WHERE id = ?",
                arguments: [rest.count, JournalBlock.encode(rest.lengths), rest.payload, rest.id])
        }
        settled.withLock { $0[kind] = lastWhole }
    }

    func depth(_ kind: JournalEntry.Kind) throws -> Int { try depth(kind, upTo: .max) }

    /// How many entries of earlier runs of the process are still here.
    func earlierDepth(_ kind: JournalEntry.Kind) throws -> Int {
        try depth(kind, upTo: lastEarlierID.load(ordering: .relaxed))
    }

    /// Counts everything that is here now to the earlier runs.
    func endEarlierRuns() {
        lastEarlierID.store(lastID.load(ordering: .relaxed), ordering: .relaxed)
    }

    private func depth(_ kind: JournalEntry.Kind, upTo id: Int64) throws -> Int {
        try database.read {
            try Int.fetchOne(
                $0, sql: "SELECT sum(entries) FROM block WHERE kind = ? AND id <= ?",
                arguments: [kind.rawValue, id]) ?? 0
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
            try Int64.fetchOne($0, sql: "SELECT appended_ms FROM block ORDER BY id LIMIT 1")
        }
    }

    func close() throws {
        try database.close()
    }
}
