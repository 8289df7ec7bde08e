package import Foundation

/// What an array of can be bound and read. `UInt8` is one too: `[UInt8]` is a `bytea`.
package protocol PostgresArrayElement: Sendable {
    static var postgresArrayType: PostgresType { get }
    static func encodeArray(_ array: [Self], into bytes: inout [UInt8])
    static func decodeArray(from value: PostgresValue) throws -> [Self]
}

extension Array: PostgresEncodable where Element: PostgresArrayElement {
    package static var postgresType: PostgresType { Element.postgresArrayType }
    package func encode(into bytes: inout [UInt8]) { Element.encodeArray(self, into: &bytes) }
}

extension Array: PostgresDecodable where Element: PostgresArrayElement {
    package init(from value: PostgresValue) throws { self = try Element.decodeArray(from: value) }
}

extension PostgresArrayElement where Self: PostgresEncodable {
    /// One dimension with lower bound 1 and no NULLs (`array_recv` in `arrayfuncs.c`).
    package static func encodeArray(_ array: [Self], into bytes: inout [UInt8]) {
        bytes.appendBigEndian(Int32(array.isEmpty ? 0 : 1))
        bytes.appendBigEndian(Int32(0))
        bytes.appendBigEndian(postgresType.rawValue)
        guard !array.isEmpty else { return }
        bytes.appendBigEndian(Int32(array.count))
        bytes.appendBigEndian(Int32(1))
        for element in array {
            let start = bytes.count
            bytes.appendBigEndian(Int32(0))
            element.encode(into: &bytes)
            let length = UInt32(bytes.count - start - 4)
            for index in 0..<4 { bytes[start + index] = UInt8(truncatingIfNeeded: length >> (24 - 8 * index)) }
        }
    }
}

extension PostgresArrayElement where Self: PostgresDecodable {
    package static func decodeArray(from value: PostgresValue) throws -> [Self] {
        try value.elements().map { try Self(from: $0) }
    }
}

extension UInt8: PostgresArrayElement {
    package static var postgresArrayType: PostgresType { .bytea }
    package static func encodeArray(_ array: [UInt8], into bytes: inout [UInt8]) { bytes.append(contentsOf: array) }

    /// The bytes of a value of any type, as they came.
    package static func decodeArray(from value: PostgresValue) throws -> [UInt8] {
        try unsafe value.withBytes { unsafe [UInt8]($0) }
    }
}

extension Bool: PostgresArrayElement {
    package static var postgresArrayType: PostgresType { .boolArray }
}

extension Int16: PostgresArrayElement {
    package static var postgresArrayType: PostgresType { .int2Array }
}

extension Int32: PostgresArrayElement {
    package static var postgresArrayType: PostgresType { .int4Array }
}

extension Int64: PostgresArrayElement {
    package static var postgresArrayType: PostgresType { .int8Array }
}

extension Int: PostgresArrayElement {
    package static var postgresArrayType: PostgresType { .int8Array }
}

extension Float: PostgresArrayElement {
    package static var postgresArrayType: PostgresType { .float4Array }
}

extension Double: PostgresArrayElement {
    package static var postgresArrayType: PostgresType { .float8Array }
}

extension String: PostgresArrayElement {
    package static var postgresArrayType: PostgresType { .textArray }
}

extension UUID: PostgresArrayElement {
    package static var postgresArrayType: PostgresType { .uuidArray }
}

extension Date: PostgresArrayElement {
    package static var postgresArrayType: PostgresType { .timestamptzArray }
}
