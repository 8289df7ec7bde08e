extension SQL {
    /// Sets server settings until the end of the transaction; nothing when there are none.
    static func settings(_ settings: [(String, String)]) -> [SQL] {
        guard let (name, value) = settings.first else { return [] }
        var sql: SQL = "SELECT set_config(\(name), \(value), true)"
        for (name, value) in settings.dropFirst() { sql.append(", set_config(\(name), \(value), true)") }
        return [sql]
    }

    static func opening(isolation: PostgresIsolation, settings: [(String, String)]) -> [SQL] {
        let begin: SQL =
            isolation == .readCommitted ? "BEGIN" : "BEGIN ISOLATION LEVEL \(unsafeRaw: isolation.rawValue)"
        return [begin] + Self.settings(settings)
    }

    /// `COPY` of text rows; `table` is one name or `schema.table`.
    static func copy(into table: String, columns: [String]) -> SQL {
        var sql: SQL = "COPY "
        for (index, name) in table.split(separator: ".").enumerated() {
            sql.append(index == 0 ? "\(identifier: String(name))" : ".\(identifier: String(name))")
        }
        for (index, name) in columns.enumerated() {
            sql.append(index == 0 ? " (\(identifier: name)" : ", \(identifier: name)")
        }
        sql.append(columns.isEmpty ? " FROM STDIN" : ") FROM STDIN")
        return sql
    }
}
