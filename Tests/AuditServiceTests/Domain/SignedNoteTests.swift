import Contracts
import Cryptography
import Testing

@testable import AuditService

@Suite("Signed checkpoints")
struct SignedNoteTests {
    let golden: TlogGolden
    let signer: CheckpointSigner
    let tenant: TenantID

    init() throws {
        golden = try Golden<TlogGolden>("tlog.json").content
        signer = try CheckpointSigner(
            logName: "log.example", key: try SigningKey(seed: try #require(Hexadecimal.decode(golden.seed))))
        tenant = try #require(TenantID("0190163d-8694-739b-aea5-966c26f8ad91"))
    }

    @Test("the verifier key is spelled as x/mod's note package spells it, and read back")
    func verifierKey() throws {
        let key = try signer.verifierKey(of: tenant)
        #expect(key.description == golden.verifierKey)
        #expect(VerifierKey(golden.verifierKey) == key)
    }

    @Test("our note of a tree is the note that x/mod's note package signs, to the byte")
    func noteAgrees() throws {
        let frontier = SampleTree(size: golden.roots.count - 1).frontier
        #expect(try signer.sign(frontier, of: tenant).description == golden.note)
    }

    @Test("a note that x/mod's note package signed is accepted")
    func noteIsAccepted() throws {
        let checkpoint = try signer.checkpoint(in: golden.note, of: tenant)
        #expect(checkpoint.size == 40)
        #expect(Hexadecimal.encode(checkpoint.root) == golden.roots[40])
    }

    @Test("a note for another tenant's log is foreign")
    func foreignLog() throws {
        #expect(throws: CheckpointSigner.Failure.foreignCheckpoint) {
            try signer.checkpoint(in: golden.note, of: TenantID())
        }
    }

    @Test("no bit of a note can be flipped")
    func flippedBits() throws {
        let bytes = Array(golden.note.utf8)
        for position in bytes.indices {
            for bit in 0..<8 {
                var altered = bytes
                altered[position] ^= 1 << UInt8(bit)
                guard let text = String(validating: altered, as: UTF8.self) else { continue }
                #expect(throws: CheckpointSigner.Failure.foreignCheckpoint, "byte \(position), bit \(bit)") {
                    try signer.checkpoint(in: text, of: tenant)
                }
            }
        }
    }

    @Test("no bit of a verifier key can be flipped")
    func flippedKeyBits() throws {
        let bytes = Array(golden.verifierKey.utf8)
        for position in bytes.indices {
            for bit in 0..<8 {
                var altered = bytes
                altered[position] ^= 1 << UInt8(bit)
                guard let text = String(validating: altered, as: UTF8.self) else { continue }
                #expect(VerifierKey(text) == nil, "byte \(position), bit \(bit)")
            }
        }
    }

    @Test("a tree that was changed behind the log's back is not signed over")
    func changedTree() throws {
        let frontier = SampleTree(size: 40).frontier
        try signer.check(frontier, against: golden.note, of: tenant)
        var changed = SampleTree(size: 39)
        changed.append(Array("forged".utf8))
        #expect(throws: CheckpointSigner.Failure.inconsistentTree) {
            try signer.check(changed.frontier, against: golden.note, of: tenant)
        }
        #expect(throws: CheckpointSigner.Failure.inconsistentTree) {
            try signer.check(SampleTree(size: 39).frontier, against: golden.note, of: tenant)
        }
    }

    @Test("after a change of the key, checkpoints of the earlier key are taken over and given out with the new one")
    func keyRotation() throws {
        let earlier = try SigningKey(seed: try #require(Hexadecimal.decode(golden.seed))).publicKey
        let renewed = try CheckpointSigner(
            logName: "log.example", key: try SigningKey(seed: Array(repeating: 7, count: 32)), earlierKeys: [earlier])
        let (checkpoint, note) = try renewed.current(golden.note, of: tenant)
        #expect(checkpoint.size == 40)
        #expect(try #require(SignedNote(note)).isSigned(by: try renewed.verifierKey(of: tenant)))
        #expect(note != golden.note)
    }

    @Test("a name that the format does not allow is refused", arguments: ["", "with space", "with+plus", "naïve"])
    func names(_ name: String) throws {
        #expect(throws: CheckpointSigner.Failure.invalidName) {
            try CheckpointSigner(logName: name, key: try SigningKey(seed: Array(repeating: 1, count: 32)))
        }
    }
}
