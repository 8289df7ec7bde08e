/// Leaves from `start` up to, not including, `end`, with one hash over them as RFC 6962 §2.1 computes it.
///
/// `start` is a multiple of the smallest power of two that is at least the length; all ranges in proofs are like that.
package struct MerkleRange: Hashable, Sendable {
    package var start: Int64
    package var end: Int64

    package init(_ start: Int64, _ end: Int64) {
        self.start = start
        self.end = end
    }

    package var count: Int64 { end - start }

    /// The complete subtrees that make up the range, the largest first.
    package var nodes: [MerkleNode] {
        var nodes: [MerkleNode] = []
        var position = start
        while position < end {
            let level = 63 - (end - position).leadingZeroBitCount
            nodes.append(MerkleNode(level: level, index: position >> Int64(level)))
            position += 1 << Int64(level)
        }
        return nodes
    }

    /// The largest power of two below the count: where RFC 6962 splits a range of two leaves or more.
    var split: Int64 { 1 << Int64(63 - (count - 1).leadingZeroBitCount) }

    /// Nil when a hash of ``nodes`` is missing, or the range is empty.
    package func hash(from hashes: [MerkleNode: [UInt8]]) -> [UInt8]? {
        Self.fold(nodes.map { hashes[$0] })
    }

    /// Joins complete subtrees, the largest first, from the right.
    static func fold(_ hashes: [[UInt8]?]) -> [UInt8]? {
        guard var result = hashes.last ?? nil else { return nil }
        for hash in hashes.dropLast().reversed() {
            guard let hash else { return nil }
            result = MerkleHash.node(hash, result)
        }
        return result
    }
}
