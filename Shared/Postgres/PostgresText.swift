package import Foundation

/// Text, bytes, ids and dates as parameters and columns.

extension String: PostgresEncodable, PostgresDecodable {
    package static var postgresType: PostgresType { .text }
    package func encode(into bytes: inout [UInt8]) { bytes.append(contentsOf: utf8) }

    /// Reads all character types, JSON, `uuid` (lower case) and `numeric` (exact digits); of types that a schema or
    /// an extension defines, those whose binary form is text, as it is for enums.
    package init(from value: PostgresValue) throws {
        switch value.type {
        case .numeric: self = try DecimalText.read(value)
        case .uuid: self = try UUID(from: value).uuidString.lowercased()
        // `jsonb_send` puts a version number, 1, before the text.
        case .jsonb: self = try Self.utf8(value, skipping: 1)
        case .text, .varchar, .bpchar, .name, .char, .json, .xml, .unknown: self = try Self.utf8(value, skipping: 0)
        case let type where type.isUserDefined: self = try Self.utf8(value, skipping: 0)
        default: throw value.failure("is not text; cast it with ::text")
        }
    }

    private static func utf8(_ value: PostgresValue, skipping count: Int) throws -> String {
        try unsafe value.withBytes { bytes in
            guard let text = unsafe String(validating: bytes.dropFirst(count), as: UTF8.self) else {
                throw value.failure("is not UTF-8; cast it with ::text")
            }
            return text
        }
    }
}

extension UUID: PostgresEncodable, PostgresDecodable {
    package static var postgresType: PostgresType { .uuid }

    package func encode(into bytes: inout [UInt8]) {
        unsafe withUnsafeBytes(of: uuid) { unsafe bytes.append(contentsOf: $0) }
    }

    package init(from value: PostgresValue) throws {
        guard value.type == .uuid else { throw value.failure("is not a uuid") }
        let bytes: uuid_t = try unsafe value.withBytes { bytes in
            guard bytes.count == 16 else { throw value.failure("has the wrong size") }
            return unsafe bytes.loadUnaligned(as: uuid_t.self)
        }
        self.init(uuid: bytes)
    }
}

/// Dates travel as `timestamptz`: whole microseconds, so what is read back may differ from what was written by up
/// to half a microsecond.
extension Date: PostgresEncodable, PostgresDecodable {
    package static var postgresType: PostgresType { .timestamptz }

    /// Seconds from the server's epoch, 2000-01-01 UTC, to Foundation's, 2001-01-01 UTC.
    private static let epochDifferenceSeconds = 31_622_400.0

    package func encode(into bytes: inout [UInt8]) {
        let microseconds = ((timeIntervalSinceReferenceDate + Self.epochDifferenceSeconds) * 1e6).rounded()
        // The two extremes mean infinity to the server; no other date outside of Int64 can be told to it.
        bytes.appendBigEndian(Int64(exactly: microseconds) ?? (microseconds < 0 ? .min : .max))
    }

    package init(from value: PostgresValue) throws {
        switch value.type {
        case .timestamptz, .timestamp:
            let microseconds = try value.integer(Int64.self)
            switch microseconds {
            case .max: self = .distantFuture
            case .min: self = .distantPast
            default:
                let seconds = Double(microseconds / 1_000_000) - Self.epochDifferenceSeconds
                self.init(timeIntervalSinceReferenceDate: seconds + Double(microseconds % 1_000_000) / 1e6)
            }
        case .date:
            let days = Double(try value.integer(Int32.self))
            self.init(timeIntervalSinceReferenceDate: days * 86_400 - Self.epochDifferenceSeconds)
        default: throw value.failure("is not a date")
        }
    }
}
