/// One row of a result.
package struct PostgresRow: Sendable {
    let storage: ResultStorage
    let index: Int

    /// The value of the first column of that name; ask for an optional type where the column may be NULL.
    package func decode<Value: PostgresDecodable>(_ column: String, as _: Value.Type = Value.self) throws -> Value {
        guard let position = storage.columnIndex(column) else {
            throw PostgresError(.decoding, "there is no column \(column)")
        }
        return try Value(from: storage.value(row: index, column: position))
    }

    /// The value of the column at that position, from zero.
    package func decode<Value: PostgresDecodable>(_ column: Int, as _: Value.Type = Value.self) throws -> Value {
        guard column >= 0, column < storage.columnCount else {
            throw PostgresError(.decoding, "there is no column \(column)")
        }
        return try Value(from: storage.value(row: index, column: column))
    }
}
