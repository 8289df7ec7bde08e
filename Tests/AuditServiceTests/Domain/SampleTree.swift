import Cryptography

@testable import AuditService

/// A tree over `entry-0`, `entry-1`, … with all hashes that the database would hold.
struct SampleTree {
    var frontier = MerkleFrontier()
    var nodes: [MerkleNode: [UInt8]] = [:]
    var roots: [[UInt8]] = [MerkleHash.empty]

    init(size: Int) {
        for index in 0..<size { append(Array("entry-\(index)".utf8)) }
    }

    mutating func append(_ entry: [UInt8]) {
        let leaf = MerkleHash.leaf(entry)
        nodes[MerkleNode(level: 0, index: frontier.size)] = leaf
        for (node, hash) in frontier.append(leafHash: leaf) { nodes[node] = hash }
        roots.append(frontier.root)
    }

    func leaf(_ index: Int64) -> [UInt8]? { nodes[MerkleNode(level: 0, index: index)] }

    func inclusion(_ index: Int64, _ size: Int64) -> [[UInt8]]? {
        InclusionProof.ranges(index: index, size: size)?.compactMap { $0.hash(from: nodes) }
    }

    func consistency(_ from: Int64, _ to: Int64) -> [[UInt8]]? {
        ConsistencyProof.ranges(from: from, to: to)?.compactMap { $0.hash(from: nodes) }
    }
}

func hexadecimal(_ hashes: [[UInt8]]?) -> [String]? { hashes?.map(Hexadecimal.encode) }
