import Contracts
import Foundation
import Testing

@testable import AuditService

@Suite("What the offline verifier prints")
struct VerificationTests {
    @Test("a proof that holds is OK, with the record's fields")
    func holds() throws {
        let sample = try SampleProof(size: 9, index: 4)
        let verification = Verification(
            proofJSON: try WireFormat.encoder().encode(sample.proof), keyText: "\(sample.key)\n")
        #expect(verification.holds)
        #expect(verification.text.hasPrefix("OK"))
        for text in [sample.record.id.description, "chat.completion", "api_key:4", "gpt-4o-mini", "4 of 9"] {
            #expect(verification.text.contains(text))
        }
        #expect(verification.json.hasPrefix(#"{"leaf_index":4,"log":"log.example/"#))
        #expect(verification.json.contains(#""verified":true"#))
    }

    @Test("what does not hold, or cannot be read, is FAILED with the reason")
    func fails() throws {
        let sample = try SampleProof(size: 9, index: 4)
        var altered = sample.proof
        altered.leafIndex = 5
        let json = try WireFormat.encoder().encode(altered)
        for verification in [
            Verification(proofJSON: json, keyText: "\(sample.key)"),
            Verification(proofJSON: Data("{}".utf8), keyText: "\(sample.key)"),
            Verification(proofJSON: json, keyText: "nonsense"),
        ] {
            #expect(!verification.holds)
            #expect(verification.text.hasPrefix("FAILED: "))
            #expect(verification.json.contains(#""verified":false"#))
        }
    }

    @Test("a record cannot forge a line of the verdict")
    func controlCharacters() throws {
        let tenant = TenantID()
        var record = SampleProof.record(tenant, 0)
        record.details = ["note": "x\nOK: everything\u{1B}[2J"]
        let proof = try SampleProof(record: record)
        let text = Verification(
            proofJSON: try WireFormat.encoder().encode(proof.proof), keyText: "\(proof.key)"
        ).text
        #expect(text.hasPrefix("OK"))
        #expect(!text.contains("\nOK"))
        #expect(!text.contains("\u{1B}"))
    }
}
