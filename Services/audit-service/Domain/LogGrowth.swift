/// What a tree looks like after some leaves were added to it.
package struct LogGrowth: Sendable {
    /// The index of the first new leaf.
    package let firstIndex: Int64
    package let entries: [LogEntry]
    package let leafHashes: [[UInt8]]
    /// Subtrees that the new leaves complete.
    package let nodes: [(node: MerkleNode, hash: [UInt8])]
    package let frontier: MerkleFrontier

    package init(of frontier: MerkleFrontier, by entries: [LogEntry]) {
        var frontier = frontier
        var nodes: [(node: MerkleNode, hash: [UInt8])] = []
        firstIndex = frontier.size
        self.entries = entries
        leafHashes = entries.map(\.leafHash)
        for hash in leafHashes { nodes += frontier.append(leafHash: hash) }
        self.nodes = nodes
        self.frontier = frontier
    }
}
