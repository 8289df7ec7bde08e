/// That a leaf is in a tree (RFC 6962 §2.1.1).
package enum InclusionProof {
    /// The ranges whose hashes make the proof, from the leaf upwards. Nil unless `0 ≤ index < size`.
    package static func ranges(index: Int64, size: Int64) -> [MerkleRange]? {
        guard index >= 0, index < size else { return nil }
        var ranges: [MerkleRange] = []
        var tree = MerkleRange(0, size)
        while tree.count > 1 {
            let middle = tree.start + tree.split
            if index < middle {
                ranges.append(MerkleRange(middle, tree.end))
                tree.end = middle
            } else {
                ranges.append(MerkleRange(tree.start, middle))
                tree.start = middle
            }
        }
        return ranges.reversed()
    }

    /// The root that the proof leads to (RFC 9162 §2.1.3.2). Nil when the proof has not exactly the length that the
    /// place demands, or a hash has not 32 bytes.
    package static func root(
        leafHash: [UInt8], index: Int64, size: Int64, hashes: [[UInt8]]
    ) -> [UInt8]? {
        guard index >= 0, index < size, ([leafHash] + hashes).allSatisfy({ $0.count == MerkleHash.byteCount })
        else { return nil }
        var position = index
        var last = size - 1
        var root = leafHash
        for hash in hashes {
            guard last > 0 else { return nil }
            if position & 1 == 1 || position == last {
                root = MerkleHash.node(hash, root)
                while position & 1 == 0, position != 0 {
                    position >>= 1
                    last >>= 1
                }
            } else {
                root = MerkleHash.node(root, hash)
            }
            position >>= 1
            last >>= 1
        }
        return last == 0 ? root : nil
    }
}
