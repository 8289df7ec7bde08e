import Foundation

/// Entries of one kind that were written together, as one row: their payloads with commas between them.
struct JournalBlock: Sendable {
    let id: Int64
    /// Goes into a batch as it is.
    let payload: Data
    /// How many bytes each entry has, without the commas.
    let lengths: [Int]

    var count: Int { lengths.count }

    /// The bytes of the first `count` entries with the commas between them.
    func beginning(_ count: Int) -> Data {
        count < lengths.count ? payload.prefix(Self.bytes(lengths.prefix(count))) : payload
    }

    /// The block without its first `count` entries.
    func dropping(_ count: Int) -> JournalBlock {
        JournalBlock(
            id: id, payload: payload.dropFirst(Self.bytes(lengths.prefix(count)) + 1),
            lengths: Array(lengths.dropFirst(count)))
    }

    func entry(_ index: Int) -> Data {
        let start = index == 0 ? 0 : Self.bytes(lengths.prefix(index)) + 1
        return payload.dropFirst(start).prefix(lengths[index])
    }

    private static func bytes(_ lengths: ArraySlice<Int>) -> Int {
        lengths.reduce(max(0, lengths.count - 1), +)
    }
}

extension JournalBlock {
    /// Puts entries of one kind into blocks, each at most what one batch may hold.
    static func blocks(of entries: some Sequence<JournalEntry>) -> [(payload: Data, lengths: [Int])] {
        var blocks: [(payload: Data, lengths: [Int])] = []
        var payload = Data()
        var lengths: [Int] = []
        for entry in entries {
            let isFull =
                lengths.count == JournalShipper.maximumItems
                || payload.count + entry.payload.count >= JournalShipper.maximumBytes
            if isFull, !lengths.isEmpty {
                blocks.append((payload, lengths))
                payload = Data()
                lengths = []
            }
            if !lengths.isEmpty { payload.append(UInt8(ascii: ",")) }
            payload.append(contentsOf: entry.payload)
            lengths.append(entry.payload.count)
        }
        if !lengths.isEmpty { blocks.append((payload, lengths)) }
        return blocks
    }

    /// Lengths as they are stored, four bytes each, the lowest first; nil for a block of one entry, whose length is
    /// that of the payload.
    static func encode(_ lengths: [Int]) -> Data? {
        guard lengths.count > 1 else { return nil }
        var data = Data(capacity: 4 * lengths.count)
        for length in lengths {
            for shift in [0, 8, 16, 24] { data.append(UInt8(truncatingIfNeeded: length >> shift)) }
        }
        return data
    }

    static func decode(_ lengths: Data?, payload: Data) -> [Int] {
        guard let lengths else { return [payload.count] }
        let bytes = [UInt8](lengths)
        return stride(from: 0, to: bytes.count - 3, by: 4).map { index in
            Int(bytes[index]) | Int(bytes[index + 1]) << 8 | Int(bytes[index + 2]) << 16 | Int(bytes[index + 3]) << 24
        }
    }
}
