package import Contracts
import Cryptography
import Foundation

/// Checks the proof of a record with nothing but the log's key.
package enum ProofVerifier {
    /// What a proof that holds says.
    package struct Finding: Sendable, Equatable {
        package let record: AuditRecord
        package let leafIndex: Int64
        package let checkpoint: Checkpoint
    }

    /// Every field of the proof is checked against what the key signed, and each has exactly one spelling, so nothing
    /// in it can be changed unnoticed.
    package static func verify(_ proof: AuditProof, key: VerifierKey) throws(ProofFailure) -> Finding {
        let checkpoint = try checkpoint(in: proof.checkpoint, key: key)
        guard let entry = Base64.decode(proof.entry) else { throw .entryNotBase64 }
        guard let leafHash = hash(proof.leafHash) else { throw .hashNotHexadecimal(field: "leaf_hash") }
        guard leafHash == MerkleHash.leaf(entry) else { throw .leafHashMismatch }
        guard proof.treeSize == checkpoint.size else { throw .treeSizeMismatch }
        var hashes: [[UInt8]] = []
        for (index, text) in proof.hashes.enumerated() {
            guard let hash = hash(text) else { throw .hashNotHexadecimal(field: "hashes[\(index)]") }
            hashes.append(hash)
        }
        let root = InclusionProof.root(
            leafHash: leafHash, index: proof.leafIndex, size: proof.treeSize, hashes: hashes)
        guard root == checkpoint.root else { throw .notIncluded }
        let record = try record(in: entry)
        guard checkpoint.origin.hasSuffix("/\(record.tenant)") else { throw .foreignRecord }
        return Finding(record: record, leafIndex: proof.leafIndex, checkpoint: checkpoint)
    }

    private static func checkpoint(in text: String, key: VerifierKey) throws(ProofFailure) -> Checkpoint {
        guard let note = SignedNote(text) else { throw .checkpointMalformed }
        guard note.name == key.name, note.identifier == key.identifier else { throw .signedByOtherKey }
        guard note.isSigned(by: key) else { throw .signatureInvalid }
        guard let checkpoint = Checkpoint(text: note.text) else { throw .checkpointMalformed }
        guard checkpoint.origin == key.name else { throw .signedByOtherKey }
        return checkpoint
    }

    private static func record(in entry: [UInt8]) throws(ProofFailure) -> AuditRecord {
        guard let record = try? WireFormat.decoder().decode(AuditRecord.self, from: Data(entry)) else {
            throw .entryNotARecord
        }
        return record
    }

    /// 64 lower-case digits, as they are written.
    private static func hash(_ text: String) -> [UInt8]? {
        guard let bytes = Hexadecimal.decode(text), bytes.count == MerkleHash.byteCount,
            Hexadecimal.encode(bytes) == text
        else { return nil }
        return bytes
    }
}
