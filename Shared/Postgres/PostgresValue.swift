/// One value of a row, as the server sent it in binary form.
@safe package struct PostgresValue: Sendable {
    package let type: PostgresType
    private let columnIndex: Int
    // `bytes` points into memory that `owner` keeps alive and nobody writes to, so the struct is safe to pass about.
    private let owner: ResultStorage
    private nonisolated(unsafe) let bytes: UnsafeRawBufferPointer?

    init(type: PostgresType, columnIndex: Int, owner: ResultStorage, bytes: UnsafeRawBufferPointer?) {
        self.type = type
        self.columnIndex = columnIndex
        self.owner = owner
        unsafe self.bytes = bytes
    }

    package var isNull: Bool { unsafe bytes == nil }

    /// The bytes, valid inside `body` only. Throws for NULL.
    func withBytes<R>(_ body: (UnsafeRawBufferPointer) throws -> R) throws -> R {
        guard let bytes = unsafe bytes else { throw failure("is NULL") }
        return try unsafe body(bytes)
    }

    /// A big-endian integer that fills the value.
    func integer<Integer: FixedWidthInteger>(_: Integer.Type) throws -> Integer {
        try unsafe withBytes { bytes in
            guard bytes.count == MemoryLayout<Integer>.size else { throw failure("has the wrong size") }
            return unsafe Integer(bigEndian: bytes.loadUnaligned(as: Integer.self))
        }
    }

    /// The elements of a one-dimensional array without NULLs (`array_send` in `arrayfuncs.c`: dimensions, flags,
    /// element type, then for each dimension size and lower bound, then for each element length and bytes).
    func elements() throws -> [PostgresValue] {
        try unsafe withBytes { bytes in
            var reader = unsafe BinaryReader(bytes)
            guard let dimensions = reader.integer(Int32.self), reader.integer(Int32.self) != nil,
                let elementType = reader.integer(UInt32.self)
            else { throw failure("is not an array") }
            if dimensions == 0 { return [] }
            guard dimensions == 1, let count = reader.integer(Int32.self), reader.integer(Int32.self) != nil,
                count >= 0, Int(count) <= reader.remaining / 4
            else { throw failure("is not an array of one dimension") }
            return try (0..<count).map { _ in
                guard let length = reader.integer(Int32.self), length >= 0, let slice = unsafe reader.slice(Int(length))
                else { throw failure("has a NULL element") }
                return unsafe PostgresValue(
                    type: PostgresType(rawValue: elementType), columnIndex: columnIndex, owner: owner, bytes: slice)
            }
        }
    }

    /// The error for a value that does not fit the Swift type.
    package func failure(_ reason: String) -> PostgresError {
        PostgresError(.decoding, "column \(owner.columnName(columnIndex)) (type \(type.rawValue)) \(reason)")
    }
}

/// Reads big-endian integers and slices from a buffer, and never past its end.
@safe struct BinaryReader {
    private let bytes: UnsafeRawBufferPointer
    private var position = 0

    init(_ bytes: UnsafeRawBufferPointer) {
        unsafe self.bytes = bytes
    }

    var remaining: Int { unsafe bytes.count - position }

    mutating func integer<Integer: FixedWidthInteger>(_: Integer.Type) -> Integer? {
        guard remaining >= MemoryLayout<Integer>.size else { return nil }
        defer { position += MemoryLayout<Integer>.size }
        return unsafe Integer(bigEndian: bytes.loadUnaligned(fromByteOffset: position, as: Integer.self))
    }

    mutating func slice(_ length: Int) -> UnsafeRawBufferPointer? {
        guard remaining >= length else { return nil }
        defer { position += length }
        return unsafe UnsafeRawBufferPointer(rebasing: bytes[position..<position + length])
    }
}
