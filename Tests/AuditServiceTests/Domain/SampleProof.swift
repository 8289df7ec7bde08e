import Contracts
import Cryptography
import Foundation

@testable import AuditService

/// A log of some records and the proof of one of them, made without a database.
struct SampleProof {
    let key: VerifierKey
    let proof: AuditProof
    let record: AuditRecord

    init(size: Int, index: Int, tenant: TenantID = TenantID()) throws {
        let signer = try CheckpointSigner(
            logName: "log.example", key: try SigningKey(seed: Array(repeating: 42, count: 32)))
        var tree = SampleTree(size: 0)
        var entries: [LogEntry] = []
        for number in 0..<size {
            let entry = try LogEntry(Self.record(tenant, number))
            entries.append(entry)
            tree.append(entry.bytes)
        }
        key = try signer.verifierKey(of: tenant)
        record = entries[index].record
        proof = AuditProof(
            entry: Base64.encode(entries[index].bytes), leafHash: Hexadecimal.encode(entries[index].leafHash),
            leafIndex: Int64(index), treeSize: Int64(size),
            hashes: hexadecimal(tree.inclusion(Int64(index), Int64(size))) ?? [],
            checkpoint: try signer.sign(tree.frontier, of: tenant).description)
    }

    /// A log of this record alone.
    init(record: AuditRecord) throws {
        let signer = try CheckpointSigner(
            logName: "log.example", key: try SigningKey(seed: Array(repeating: 42, count: 32)))
        let entry = try LogEntry(record)
        var tree = SampleTree(size: 0)
        tree.append(entry.bytes)
        key = try signer.verifierKey(of: record.tenant)
        self.record = record
        proof = AuditProof(
            entry: Base64.encode(entry.bytes), leafHash: Hexadecimal.encode(entry.leafHash), leafIndex: 0, treeSize: 1,
            hashes: [], checkpoint: try signer.sign(tree.frontier, of: record.tenant).description)
    }

    static func record(_ tenant: TenantID, _ number: Int, service: ServiceName = .gateway) -> AuditRecord {
        AuditRecord(
            id: AuditEventID(), tenant: tenant, occurredAt: Date(timeIntervalSince1970: 1_790_000_000 + Double(number)),
            service: service, action: number % 2 == 0 ? "chat.completion" : "answer.create", outcome: .success,
            actor: "api_key:\(number)", requestID: "request-\(number)", model: "gpt-4o-mini",
            sources: ["document:\(number)"], promptTokens: 10, completionTokens: 5,
            details: ["note": "Grüße – \"quoted\" / \u{1F600}"])
    }
}
