/// A Swift value that can be bound to a parameter.
///
/// The Swift type decides the type of the parameter, so `\(text)` is `text` also where a `jsonb`, `uuid`, enum or
/// `vector` is wanted: cast it there, `\(json)::jsonb`.
package protocol PostgresEncodable: Sendable {
    static var postgresType: PostgresType { get }

    /// True when the value stands for NULL; `encode` is not called then.
    var isPostgresNull: Bool { get }

    /// Appends the binary form that the server's `…recv` function of `postgresType` reads.
    func encode(into bytes: inout [UInt8])
}

extension PostgresEncodable {
    package var isPostgresNull: Bool { false }
}

extension Optional: PostgresEncodable where Wrapped: PostgresEncodable {
    package static var postgresType: PostgresType { Wrapped.postgresType }
    package var isPostgresNull: Bool { self?.isPostgresNull ?? true }
    package func encode(into bytes: inout [UInt8]) { self?.encode(into: &bytes) }
}

extension [UInt8] {
    /// Appends an integer in network byte order.
    mutating func appendBigEndian(_ value: some FixedWidthInteger) {
        unsafe Swift.withUnsafeBytes(of: value.bigEndian) { unsafe append(contentsOf: $0) }
    }
}
