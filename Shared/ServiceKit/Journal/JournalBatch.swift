import Foundation

/// The oldest entries of a kind, to be sent in one request.
struct JournalBatch: Sendable {
    /// All are sent whole, but for the last one.
    let blocks: [JournalBlock]
    /// How many entries are sent.
    let count: Int

    var isEmpty: Bool { count == 0 }

    /// How many entries of the last block are sent.
    var countOfLast: Int {
        count - blocks.dropLast().reduce(0) { $0 + $1.count }
    }

    /// `{"items":[…]}` from payloads that are JSON already.
    func body() -> [UInt8] {
        var body = Array(#"{"items":["#.utf8)
        body.reserveCapacity(blocks.reduce(16) { $0 + $1.payload.count + 1 })
        for (index, block) in blocks.enumerated() {
            let isLast = index == blocks.count - 1
            if index > 0 { body.append(UInt8(ascii: ",")) }
            body.append(contentsOf: isLast ? block.beginning(countOfLast) : block.payload)
        }
        body.append(contentsOf: "]}".utf8)
        return body
    }

    /// The payload of one entry, by its place in the batch; nil when there is no such place.
    func entry(_ index: Int) -> Data? {
        guard (0..<count).contains(index) else { return nil }
        var index = index
        for block in blocks {
            if index < block.count { return block.entry(index) }
            index -= block.count
        }
        return nil
    }
}
