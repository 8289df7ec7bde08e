import Contracts
import Cryptography
import Foundation
import Testing

@testable import AuditService

@Suite("Offline verification of a proof")
struct ProofVerifierTests {
    @Test("a proof holds for every leaf of every tree up to 17, and says what the record says")
    func holds() throws {
        for size in 1...17 {
            for index in 0..<size {
                let sample = try SampleProof(size: size, index: index)
                let finding = try ProofVerifier.verify(sample.proof, key: sample.key)
                #expect(finding.record == sample.record)
                #expect(finding.leafIndex == Int64(index))
                #expect(finding.checkpoint.size == Int64(size))
            }
        }
    }

    @Test("no bit of any text in a proof can be flipped", arguments: [(1, 0), (2, 1), (7, 6), (8, 3), (13, 12)])
    func flippedBits(size: Int, index: Int) throws {
        let sample = try SampleProof(size: size, index: index)
        func expectFailure(_ place: String, _ text: String, _ change: (inout AuditProof, String) -> Void) {
            let bytes = Array(text.utf8)
            for position in bytes.indices {
                for bit in 0..<8 {
                    var altered = bytes
                    altered[position] ^= 1 << UInt8(bit)
                    guard let text = String(validating: altered, as: UTF8.self) else { continue }
                    var proof = sample.proof
                    change(&proof, text)
                    #expect(throws: ProofFailure.self, "\(place), byte \(position), bit \(bit)") {
                        try ProofVerifier.verify(proof, key: sample.key)
                    }
                }
            }
        }
        expectFailure("entry", sample.proof.entry) { $0.entry = $1 }
        expectFailure("leaf_hash", sample.proof.leafHash) { $0.leafHash = $1 }
        expectFailure("checkpoint", sample.proof.checkpoint) { $0.checkpoint = $1 }
        for (place, hash) in sample.proof.hashes.enumerated() {
            expectFailure("hashes[\(place)]", hash) { $0.hashes[place] = $1 }
        }
    }

    @Test("no bit of the index or the size can be flipped", arguments: 1...17)
    func flippedNumbers(size: Int) throws {
        for index in 0..<size {
            let sample = try SampleProof(size: size, index: index)
            for bit in 0..<64 {
                var proof = sample.proof
                proof.leafIndex ^= 1 << Int64(bit)
                #expect(throws: ProofFailure.self) { try ProofVerifier.verify(proof, key: sample.key) }
                proof = sample.proof
                proof.treeSize ^= 1 << Int64(bit)
                #expect(throws: ProofFailure.self) { try ProofVerifier.verify(proof, key: sample.key) }
            }
        }
    }

    @Test("hashes cannot be left out, added, repeated or exchanged")
    func alteredHashes() throws {
        let sample = try SampleProof(size: 13, index: 5)
        let hashes = sample.proof.hashes
        let alterations: [[String]] =
            [[], hashes + [hashes[0]], hashes.reversed(), [hashes[0]] + hashes]
            + hashes.indices.map { index in hashes.enumerated().filter { $0.offset != index }.map(\.element) }
        for alteration in alterations {
            var proof = sample.proof
            proof.hashes = alteration
            #expect(throws: ProofFailure.notIncluded) { try ProofVerifier.verify(proof, key: sample.key) }
        }
    }

    @Test("the checkpoint of another log or another key proves nothing")
    func otherLogs() throws {
        let sample = try SampleProof(size: 5, index: 2)
        let other = try SampleProof(size: 5, index: 2)
        #expect(throws: ProofFailure.signedByOtherKey) { try ProofVerifier.verify(sample.proof, key: other.key) }
        var proof = sample.proof
        proof.checkpoint = other.proof.checkpoint
        #expect(throws: ProofFailure.signedByOtherKey) { try ProofVerifier.verify(proof, key: sample.key) }
    }

    @Test("a record of another tenant in the log is reported, though it is in the tree")
    func foreignRecord() throws {
        let signer = try CheckpointSigner(
            logName: "log.example", key: try SigningKey(seed: Array(repeating: 42, count: 32)))
        let tenant = TenantID()
        let entry = try LogEntry(SampleProof.record(TenantID(), 0))
        var tree = SampleTree(size: 0)
        tree.append(entry.bytes)
        let proof = AuditProof(
            entry: Base64.encode(entry.bytes), leafHash: Hexadecimal.encode(entry.leafHash), leafIndex: 0, treeSize: 1,
            hashes: [], checkpoint: try signer.sign(tree.frontier, of: tenant).description)
        let key = try signer.verifierKey(of: tenant)
        #expect(throws: ProofFailure.foreignRecord) { try ProofVerifier.verify(proof, key: key) }
    }

    @Test("a leaf is canonical: the same record has the same bytes, and they are read back to the same record")
    func canonicalEntries() throws {
        let record = SampleProof.record(TenantID(), 3)
        let entry = try LogEntry(record)
        #expect(try LogEntry(record).bytes == entry.bytes)
        #expect(try LogEntry(stored: entry.bytes).record == record)
        let text = String(decoding: entry.bytes, as: UTF8.self)
        #expect(
            text.hasPrefix(#"{"action":"answer.create","actor":"api_key:3","completion_tokens":5,"details":{"note":"#))
    }
}
