/// A named 256-bit key of a keyring.
package struct EnvelopeKey: Sendable {
    /// The length of a key.
    package static let byteCount = 32
    /// Ids stand in every envelope, so they are kept short.
    package static let maximumIDByteCount = 32

    /// 1 to 32 printable ASCII characters without blanks, colons and commas.
    package let id: String
    let bytes: [UInt8]

    package init(id: String, bytes: [UInt8]) throws(CryptographyError) {
        guard bytes.count == Self.byteCount else { throw .wrongLength(expected: Self.byteCount, found: bytes.count) }
        let isPrintable = id.utf8.allSatisfy { (0x21...0x7E).contains($0) && $0 != 0x3A && $0 != 0x2C }
        guard isPrintable, (1...Self.maximumIDByteCount).contains(id.utf8.count) else {
            throw .invalidKeyring(reason: "a key id is 1 to 32 printable ASCII characters")
        }
        self.id = id
        self.bytes = bytes
    }
}

extension EnvelopeKey: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String { "EnvelopeKey(\(id))" }
    package var debugDescription: String { description }
    // So that dumping a value that holds a key does not print it.
    package var customMirror: Mirror { Mirror(self, children: ["id": id]) }
}
