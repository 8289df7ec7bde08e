import Cryptography
import Testing

@testable import AuditService

@Suite("Merkle tree")
struct MerkleTreeTests {
    let tlog: TlogGolden
    let pymerkle: PymerkleGolden
    let tree: SampleTree

    init() throws {
        tlog = try Golden<TlogGolden>("tlog.json").content
        pymerkle = try Golden<PymerkleGolden>("pymerkle.json").content
        tree = SampleTree(size: tlog.roots.count - 1)
    }

    @Test("every root is the one that x/mod's tlog computes")
    func rootsAgreeWithTlog() {
        #expect(tree.roots.map(Hexadecimal.encode) == tlog.roots)
    }

    @Test("every root and leaf is the one that pymerkle computes")
    func rootsAgreeWithPymerkle() {
        #expect(tree.roots.prefix(pymerkle.roots.count).map(Hexadecimal.encode) == pymerkle.roots)
        #expect(
            pymerkle.leaves.indices.map { tree.leaf(Int64($0)).map(Hexadecimal.encode) } == pymerkle.leaves)
    }

    @Test("every inclusion proof is the one that tlog makes, and leads to the root")
    func inclusionAgreesWithTlog() throws {
        for proof in tlog.inclusion {
            #expect(hexadecimal(tree.inclusion(proof.index, proof.size)) == proof.hashes)
            let root = InclusionProof.root(
                leafHash: try #require(tree.leaf(proof.index)), index: proof.index, size: proof.size,
                hashes: try proof.hashes.map { try #require(Hexadecimal.decode($0)) })
            #expect(root == tree.roots[Int(proof.size)])
        }
    }

    @Test("every inclusion proof is the one that pymerkle makes")
    func inclusionAgreesWithPymerkle() {
        for proof in pymerkle.inclusion {
            #expect(hexadecimal(tree.inclusion(proof.index, proof.size)) == Array(proof.path.dropFirst()))
        }
    }

    @Test("every consistency proof is the one that tlog makes, and holds")
    func consistencyAgreesWithTlog() throws {
        for proof in tlog.consistency {
            #expect(hexadecimal(tree.consistency(proof.from, proof.to)) == proof.hashes)
            #expect(
                ConsistencyProof.holds(
                    from: proof.from, root: tree.roots[Int(proof.from)], to: proof.to,
                    root: tree.roots[Int(proof.to)],
                    hashes: try proof.hashes.map { try #require(Hexadecimal.decode($0)) }))
        }
    }

    @Test("a proof for any leaf of any tree up to 130 leaves leads to the root, and to no other index")
    func inclusionForAllSizes() throws {
        let tree = SampleTree(size: 130)
        for size in Int64(1)...130 {
            for index in 0..<size {
                let hashes = try #require(tree.inclusion(index, size))
                let leaf = try #require(tree.leaf(index))
                let root = tree.roots[Int(size)]
                #expect(InclusionProof.root(leafHash: leaf, index: index, size: size, hashes: hashes) == root)
                let others = [index - 1, index + 1, index ^ 2, index + size, -1 - index]
                for other in others {
                    #expect(InclusionProof.root(leafHash: leaf, index: other, size: size, hashes: hashes) != root)
                }
                #expect(InclusionProof.root(leafHash: leaf, index: index, size: size, hashes: hashes + [leaf]) != root)
                #expect(
                    hashes.isEmpty
                        || InclusionProof.root(leafHash: leaf, index: index, size: size, hashes: hashes.dropLast())
                            != root
                )
            }
        }
    }

    @Test("no tree is consistent with a fork of itself")
    func forksAreFound() throws {
        var fork = SampleTree(size: 10)
        fork.append(Array("another".utf8))
        for index in 11..<33 { fork.append(Array("entry-\(index)".utf8)) }
        let tree = SampleTree(size: 33)
        for from in Int64(0)...33 {
            for to in from...33 {
                let honest = try #require(tree.consistency(from, to))
                let forked = try #require(fork.consistency(from, to))
                let (old, new) = (tree.roots[Int(from)], tree.roots[Int(to)])
                #expect(ConsistencyProof.holds(from: from, root: old, to: to, root: new, hashes: honest))
                guard from > 0, to > 10 else { continue }
                let forkRoot = fork.roots[Int(to)]
                if from > 10 || from == to {
                    #expect(!ConsistencyProof.holds(from: from, root: old, to: to, root: forkRoot, hashes: forked))
                }
                #expect(!ConsistencyProof.holds(from: from, root: old, to: to, root: forkRoot, hashes: honest))
            }
        }
    }

    @Test("a frontier is read back from its bytes, and not from bytes of another size")
    func frontierRoundTrip() {
        for size in 0..<70 {
            let frontier = SampleTree(size: size).frontier
            #expect(MerkleFrontier(size: frontier.size, bytes: frontier.bytes) == frontier)
            #expect(MerkleFrontier(size: frontier.size, bytes: frontier.bytes + [0]) == nil)
        }
        #expect(MerkleFrontier(size: -1, bytes: []) == nil)
    }
}
