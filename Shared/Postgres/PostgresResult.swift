/// The rows that a statement returned, in the order the server sent them. Nothing is decoded until it is asked for.
package struct PostgresResult: Sendable, RandomAccessCollection {
    let storage: ResultStorage

    package var startIndex: Int { 0 }
    package var endIndex: Int { storage.rowCount }

    package subscript(position: Int) -> PostgresRow {
        precondition(position >= 0 && position < storage.rowCount, "row \(position) of \(storage.rowCount)")
        return PostgresRow(storage: storage, index: position)
    }

    /// Rows inserted, updated, deleted or selected.
    package var affectedRows: Int { storage.affectedRows }

    /// The names of the columns, also when there is no row.
    package var columns: [String] { (0..<storage.columnCount).map(storage.columnName) }
}
