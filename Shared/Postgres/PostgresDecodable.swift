/// A Swift value that can be read from a column.
///
/// A type of ours that wraps one of these reads its wrapped value: `self.init(try UUID(from: value))`.
package protocol PostgresDecodable: Sendable {
    /// Throws `PostgresError` with code `.decoding` for NULL, for a type it does not understand and for a value
    /// it cannot hold.
    init(from value: PostgresValue) throws
}

extension Optional: PostgresDecodable where Wrapped: PostgresDecodable {
    package init(from value: PostgresValue) throws {
        self = value.isNull ? nil : try Wrapped(from: value)
    }
}
