/// All that is needed to append to a tree and to know its root: the hashes of the complete subtrees at its right edge,
/// one for each bit of its size, at most 63.
package struct MerkleFrontier: Sendable, Equatable {
    package private(set) var size: Int64
    /// The largest subtree first.
    package private(set) var hashes: [[UInt8]]

    /// The empty tree.
    package init() {
        size = 0
        hashes = []
    }

    /// Nil unless `bytes` are as many hashes as a tree of that size has.
    package init?(size: Int64, bytes: [UInt8]) {
        guard size >= 0, bytes.count == size.nonzeroBitCount * MerkleHash.byteCount else { return nil }
        self.size = size
        hashes = stride(from: 0, to: bytes.count, by: MerkleHash.byteCount).map {
            Array(bytes[$0..<($0 + MerkleHash.byteCount)])
        }
    }

    /// The hashes one after another.
    package var bytes: [UInt8] { hashes.flatMap { $0 } }

    package var root: [UInt8] { MerkleRange.fold(hashes) ?? MerkleHash.empty }

    /// Adds a leaf at index `size`.
    ///
    /// - Returns: The subtrees of two leaves and more that are complete now.
    package mutating func append(leafHash: [UInt8]) -> [(node: MerkleNode, hash: [UInt8])] {
        var completed: [(node: MerkleNode, hash: [UInt8])] = []
        var hash = leafHash
        // Each trailing one of the old size is a subtree that the new one completes.
        for level in 0..<(~size).trailingZeroBitCount {
            hash = MerkleHash.node(hashes.removeLast(), hash)
            completed.append((MerkleNode(level: level + 1, index: size >> Int64(level + 1)), hash))
        }
        hashes.append(hash)
        size += 1
        return completed
    }
}
