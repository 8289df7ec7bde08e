/// Writes rows in the text format of COPY (SQL-COPY, "Text Format"): values parted by tabs, rows by newlines, `\N` for
/// NULL, and a backslash before what would be misread.
struct CopyEncoder {
    /// Libpq's own buffer has this order of size; larger pieces would only sit in memory twice.
    private static let chunkBytes = 64 * 1024

    private var bytes: [UInt8] = []
    private var scratch: [UInt8] = []

    var isFull: Bool { bytes.count >= Self.chunkBytes }
    var isEmpty: Bool { bytes.isEmpty }

    mutating func take() -> [UInt8] {
        defer {
            bytes = []
            bytes.reserveCapacity(Self.chunkBytes + 4096)
        }
        return bytes
    }

    /// Throws code `.invalidConfiguration` for a row that has more or fewer values than `width`.
    mutating func append(_ row: [any PostgresEncodable], width: Int) throws {
        guard row.count == width else {
            throw PostgresError(.invalidConfiguration, "a row has \(row.count) values for \(width) columns")
        }
        for (index, value) in row.enumerated() {
            if index > 0 { bytes.append(UInt8(ascii: "\t")) }
            append(value)
        }
        bytes.append(UInt8(ascii: "\n"))
    }

    private mutating func append(_ value: some PostgresEncodable) {
        guard !value.isPostgresNull else { return bytes.append(contentsOf: [UInt8(ascii: "\\"), UInt8(ascii: "N")]) }
        scratch.removeAll(keepingCapacity: true)
        value.encode(into: &scratch)
        let type = type(of: value).postgresType
        escape(type == .text ? scratch : TextForm.text(of: scratch[...], type: type))
    }

    private mutating func escape(_ text: [UInt8]) {
        for byte in text {
            switch byte {
            case UInt8(ascii: "\\"): bytes.append(contentsOf: [byte, byte])
            case UInt8(ascii: "\n"): bytes.append(contentsOf: [UInt8(ascii: "\\"), UInt8(ascii: "n")])
            case UInt8(ascii: "\r"): bytes.append(contentsOf: [UInt8(ascii: "\\"), UInt8(ascii: "r")])
            case UInt8(ascii: "\t"): bytes.append(contentsOf: [UInt8(ascii: "\\"), UInt8(ascii: "t")])
            default: bytes.append(byte)
            }
        }
    }
}
