import GRDB

/// The tables of a journal's file.
enum JournalSchema {
    /// Makes them where they are missing, and takes over what an older version of the file holds.
    static func prepare(_ database: Database) throws {
        // One table for all kinds: what is written together then stands on one page.
        try database.execute(
            sql: """
                CREATE TABLE IF NOT EXISTS block (
                    id INTEGER PRIMARY KEY, kind INTEGER NOT NULL, entries INTEGER NOT NULL, lengths BLOB,
                    payload BLOB NOT NULL, appended_ms INTEGER NOT NULL);
                CREATE TABLE IF NOT EXISTS dead_letter (
                    id INTEGER PRIMARY KEY, kind INTEGER NOT NULL, payload BLOB NOT NULL, reason TEXT NOT NULL,
                    rejected_ms INTEGER NOT NULL);
                """)
        if try database.tableExists("entry") { try adoptSingleEntries(database) }
    }

    /// The first version had a row for each entry.
    private static func adoptSingleEntries(_ database: Database) throws {
        try database.execute(
            sql: """
                INSERT INTO block (id, kind, entries, lengths, payload, appended_ms)
                SELECT id, kind, 1, NULL, payload, appended_ms FROM entry;
                DROP TABLE entry;
                """)
    }
}
