/// That a tree begins with all of an earlier one (RFC 6962 §2.1.2).
package enum ConsistencyProof {
    /// The ranges whose hashes make the proof. Empty when the earlier tree is empty or the same. Nil unless
    /// `0 ≤ earlier ≤ later`.
    package static func ranges(from earlier: Int64, to later: Int64) -> [MerkleRange]? {
        guard earlier >= 0, earlier <= later else { return nil }
        guard earlier > 0, earlier < later else { return [] }
        var ranges: [MerkleRange] = []
        var tree = MerkleRange(0, later)
        // Whether the part of the earlier tree in `tree` is a subtree whose hash the verifier does not know yet.
        var isKnown = true
        while tree.end > earlier {
            let middle = tree.start + tree.split
            if earlier <= middle {
                ranges.append(MerkleRange(middle, tree.end))
                tree.end = middle
            } else {
                ranges.append(MerkleRange(tree.start, middle))
                tree.start = middle
                isKnown = false
            }
        }
        if !isKnown { ranges.append(tree) }
        return ranges.reversed()
    }

    /// Whether the proof shows both roots to be of one growing tree (RFC 9162 §2.1.4.2).
    package static func holds(
        from earlier: Int64, root earlierRoot: [UInt8], to later: Int64, root laterRoot: [UInt8], hashes: [[UInt8]]
    ) -> Bool {
        guard earlier >= 0, earlier <= later, hashes.allSatisfy({ $0.count == MerkleHash.byteCount }) else {
            return false
        }
        if earlier == later { return hashes.isEmpty && earlierRoot == laterRoot }
        if earlier == 0 { return hashes.isEmpty && earlierRoot == MerkleHash.empty }
        // A complete earlier tree is its own first subtree.
        var path = hashes[...]
        guard let first = earlier & (earlier - 1) == 0 ? earlierRoot : path.popFirst() else { return false }
        var position = earlier - 1
        var last = later - 1
        while position & 1 == 1 {
            position >>= 1
            last >>= 1
        }
        var earlierHash = first
        var laterHash = first
        for hash in path {
            guard last > 0 else { return false }
            if position & 1 == 1 || position == last {
                earlierHash = MerkleHash.node(hash, earlierHash)
                laterHash = MerkleHash.node(hash, laterHash)
                while position & 1 == 0, position != 0 {
                    position >>= 1
                    last >>= 1
                }
            } else {
                laterHash = MerkleHash.node(laterHash, hash)
            }
            position >>= 1
            last >>= 1
        }
        return last == 0 && earlierHash == earlierRoot && laterHash == laterRoot
    }
}
