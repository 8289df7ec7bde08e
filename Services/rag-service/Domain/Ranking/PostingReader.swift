import Contracts
import Foundation

/// Reads packed postings one after another.
struct PostingReader {
    private let bytes: [UInt8]
    private var offset = 0

    init(bytes: [UInt8]) {
        self.bytes = bytes
    }

    var isAtEnd: Bool { offset >= bytes.count }

    /// Nil when the bytes end too early.
    mutating func next() -> (document: DocumentID, posting: Posting)? {
        guard bytes.count - offset >= 28 else { return nil }
        let document = DocumentID(identifier())
        let frequency = word()
        let length = word()
        let count = Int(word())
        guard bytes.count - offset >= count * 12 else { return nil }
        var entries: [Posting.Entry] = []
        entries.reserveCapacity(count)
        for _ in 0..<count {
            entries.append(.init(ordinal: word(), frequency: word(), chunkLength: word()))
        }
        return (document, Posting(documentFrequency: frequency, documentLength: length, entries: entries))
    }

    private mutating func word() -> UInt32 {
        defer { offset += 4 }
        return UInt32(bytes[offset]) | UInt32(bytes[offset + 1]) << 8 | UInt32(bytes[offset + 2]) << 16
            | UInt32(bytes[offset + 3]) << 24
    }

    private mutating func identifier() -> UUID {
        defer { offset += 16 }
        let b = bytes[offset..<(offset + 16)]
        let i = b.startIndex
        return UUID(
            uuid: (
                b[i], b[i + 1], b[i + 2], b[i + 3], b[i + 4], b[i + 5], b[i + 6], b[i + 7], b[i + 8], b[i + 9],
                b[i + 10], b[i + 11], b[i + 12], b[i + 13], b[i + 14], b[i + 15]
            ))
    }
}
