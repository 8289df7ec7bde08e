import Contracts
package import Foundation

/// What the offline verifier says about a proof.
package struct Verification: Sendable {
    private let result: Result<ProofVerifier.Finding, Reason>

    private struct Reason: Error {
        let text: String
    }

    package init(proofJSON: Data, keyText: String) {
        result = Self.verify(proofJSON, keyText)
    }

    package var holds: Bool {
        if case .success = result { return true }
        return false
    }

    private static func verify(_ proofJSON: Data, _ keyText: String) -> Result<ProofVerifier.Finding, Reason> {
        guard let key = VerifierKey(keyText.trimmingCharacters(in: .whitespacesAndNewlines)) else {
            return .failure(Reason(text: "the key is not a verifier key: name+id+base64"))
        }
        guard let proof = try? WireFormat.decoder().decode(AuditProof.self, from: proofJSON) else {
            return .failure(Reason(text: "the proof is not the JSON of an inclusion proof"))
        }
        do {
            return .success(try ProofVerifier.verify(proof, key: key))
        } catch {
            return .failure(Reason(text: error.description))
        }
    }

    /// For people: `OK` with the record's fields, or `FAILED` with the reason. Ends with a line feed.
    package var text: String {
        switch result {
        case .failure(let reason): return "FAILED: \(reason.text)\n"
        case .success(let finding):
            let record = finding.record
            var fields: [(String, String?)] = [
                ("log", finding.checkpoint.origin), ("tenant", record.tenant.description),
                ("leaf", "\(finding.leafIndex) of \(finding.checkpoint.size)"), ("id", record.id.description),
                ("time", WireFormat.timestamp(record.occurredAt)), ("service", record.service.rawValue),
                ("action", record.action), ("outcome", record.outcome.rawValue), ("actor", record.actor),
                ("request", record.requestID), ("target", record.target), ("model", record.model),
                ("prompt version", record.promptVersion),
                ("sources", record.sources.isEmpty ? nil : record.sources.joined(separator: ", ")),
                ("tools", record.tools.isEmpty ? nil : record.tools.joined(separator: ", ")),
                ("prompt tokens", record.promptTokens.map(String.init)),
                ("completion tokens", record.completionTokens.map(String.init)),
            ]
            fields += record.details.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
            let lines = fields.compactMap { name, value in
                value.map { "  " + (name + ":").padding(toLength: 20, withPad: " ", startingAt: 0) + Self.visible($0) }
            }
            return "OK: the record is in the signed log, unaltered\n" + lines.joined(separator: "\n") + "\n"
        }
    }

    /// For programs: `{"verified": true, "record": {…}, …}` or `{"verified": false, "reason": …}`.
    package var json: String {
        let answer: Answer
        switch result {
        case .failure(let reason): answer = Answer(verified: false, reason: reason.text)
        case .success(let finding):
            answer = Answer(
                verified: true, log: finding.checkpoint.origin, leafIndex: finding.leafIndex,
                treeSize: finding.checkpoint.size, record: finding.record)
        }
        let data = (try? WireFormat.encoder().encode(answer)) ?? Data(#"{"verified":false}"#.utf8)
        return String(decoding: data, as: UTF8.self) + "\n"
    }

    private struct Answer: Encodable {
        var verified: Bool
        var reason: String?
        var log: String?
        var leafIndex: Int64?
        var treeSize: Int64?
        var record: AuditRecord?
    }

    /// A record must not be able to print something that looks like another line of ours, or drive the terminal.
    private static func visible(_ text: String) -> String {
        String(text.map { $0.unicodeScalars.contains { $0.properties.generalCategory == .control } ? "\u{FFFD}" : $0 })
    }
}
