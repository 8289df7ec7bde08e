import GRDB

/// The tables of a journal's file.
enum JournalSchema {
    /// Makes them where they are missing, and takes over what an older version of the file holds.
    static func prepare(_ database: Database) throws {
        for kind in JournalEntry.Kind.allCases {
            try database.execute(
                sql: """
                    CREATE TABLE IF NOT EXISTS \(kind.table) (
                        id INTEGER PRIMARY KEY, entries INTEGER NOT NULL, lengths BLOB, payload BLOB NOT NULL,
                        appended_ms INTEGER NOT NULL)
                    """)
        }
        try database.execute(
            sql: """
                CREATE TABLE IF NOT EXISTS dead_letter (
                    id INTEGER PRIMARY KEY, kind INTEGER NOT NULL, payload BLOB NOT NULL, reason TEXT NOT NULL,
                    rejected_ms INTEGER NOT NULL)
                """)
        if try database.tableExists("entry") { try adoptSingleEntries(database) }
    }

    /// The first version had a row for each entry in one table.
    private static func adoptSingleEntries(_ database: Database) throws {
        for kind in JournalEntry.Kind.allCases {
            try database.execute(
                sql: """
                    INSERT INTO \(kind.table) (id, entries, lengths, payload, appended_ms)
                    SELECT id, 1, NULL, payload, appended_ms FROM entry WHERE kind = ?
                    """, arguments: [kind.rawValue])
        }
        try database.execute(sql: "DROP TABLE entry")
    }
}

extension JournalEntry.Kind {
    var table: String {
        switch self {
        case .usage: "usage_block"
        case .audit: "audit_block"
        }
    }
}
