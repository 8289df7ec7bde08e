/// A statement with its parameters. Interpolated values are always bound, never pasted into the text.
///
///     let sql: SQL = "SELECT title FROM rag.documents WHERE tenant_id = \(tenant) AND id = \(id)"
///
/// - `\(value)` binds a value; nil binds NULL.
/// - `\(fragment: sql)` splices another statement with its parameters.
/// - `\(identifier: name)` quotes one name; write `\(identifier: schema).\(identifier: table)` for two.
/// - `\(unsafeRaw: text)` pastes text. Whoever writes it answers for what is in it.
package struct SQL: Sendable, ExpressibleByStringInterpolation, CustomStringConvertible {
    /// The text with `$1`, `$2`, … where values are bound.
    package private(set) var text: String
    private(set) var parameters = ParameterList()

    package init(stringLiteral value: String) {
        text = value
    }

    package init(stringInterpolation: StringInterpolation) {
        self = stringInterpolation.sql
    }

    /// A statement that is not a literal. Whoever writes it answers for what is in it.
    package init(unsafeRaw text: String) {
        self.text = text
    }

    /// The text without the values, which may be personal or secret.
    package var description: String { text }

    package struct StringInterpolation: StringInterpolationProtocol {
        fileprivate var sql: SQL

        package init(literalCapacity: Int, interpolationCount: Int) {
            sql = SQL(unsafeRaw: "")
            // Room for `$1` in place of each value.
            sql.text.reserveCapacity(literalCapacity + interpolationCount * 3)
            sql.parameters.reserveCapacity(interpolationCount)
        }

        package mutating func appendLiteral(_ literal: String) {
            sql.text += literal
        }

        package mutating func appendInterpolation(_ value: some PostgresEncodable) {
            sql.bind(value)
        }

        /// Nil binds NULL. On its own because the compiler refuses an optional where it would be printed.
        package mutating func appendInterpolation<Value: PostgresEncodable>(_ value: Value?) {
            sql.bind(value)
        }

        package mutating func appendInterpolation(fragment: SQL) {
            sql.append(fragment)
        }

        package mutating func appendInterpolation(identifier: String) {
            sql.text += Self.quoted(identifier)
        }

        package mutating func appendInterpolation(unsafeRaw text: String) {
            sql.text += text
        }

        // A NUL would end the statement early; the server has no name with one either.
        private static func quoted(_ identifier: String) -> String {
            "\"" + identifier.filter { $0 != "\0" }.replacing("\"", with: "\"\"") + "\""
        }
    }

    mutating func bind(_ value: some PostgresEncodable) {
        parameters.append(value, placeholderOffset: text.utf8.count)
        text += "$"
        text += String(parameters.count)
    }

    /// Adds another statement; its placeholders are numbered on from ours.
    package mutating func append(_ other: SQL) {
        let utf8 = other.text.utf8
        var copied = utf8.startIndex
        for (index, entry) in other.parameters.entries.enumerated() {
            let placeholder = utf8.index(utf8.startIndex, offsetBy: entry.placeholderOffset)
            text += other.text[copied..<placeholder]
            parameters.append(entry, of: other.parameters, placeholderOffset: text.utf8.count)
            text += "$"
            text += String(parameters.count)
            copied = utf8.index(placeholder, offsetBy: 1 + String(index + 1).utf8.count)
        }
        text += other.text[copied...]
    }
}
