/// The values bound to a statement, encoded one behind the other in one buffer.
struct ParameterList: Sendable {
    struct Entry: Sendable {
        var type: PostgresType
        /// Where `$n` begins in the text, in UTF-8 bytes.
        var placeholderOffset: Int
        var start: Int
        /// In bytes; nil for NULL.
        var length: Int?
    }

    private(set) var entries: [Entry] = []
    private(set) var bytes: [UInt8] = []

    var count: Int { entries.count }

    mutating func reserveCapacity(_ count: Int) {
        entries.reserveCapacity(count)
        // Most values are an id or a number.
        bytes.reserveCapacity(count * 16)
    }

    mutating func append<Value: PostgresEncodable>(_ value: Value, placeholderOffset: Int) {
        let start = bytes.count
        let isNull = value.isPostgresNull
        if !isNull { value.encode(into: &bytes) }
        entries.append(
            Entry(
                type: Value.postgresType, placeholderOffset: placeholderOffset, start: start,
                length: isNull ? nil : bytes.count - start))
    }

    mutating func append(_ entry: Entry, of other: ParameterList, placeholderOffset: Int) {
        let start = bytes.count
        if let length = entry.length { bytes.append(contentsOf: other.bytes[entry.start..<entry.start + length]) }
        entries.append(
            Entry(type: entry.type, placeholderOffset: placeholderOffset, start: start, length: entry.length))
    }
}
