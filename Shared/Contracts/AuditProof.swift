package import Foundation

/// `GET /v1/audit/events/{id}/proof`: all that is needed, with the log's key, to check one record offline.
package struct AuditProof: Codable, Sendable, Equatable {
    /// The exact bytes of the leaf, base64 (RFC 4648 §4, padded): the record as canonical JSON.
    package var entry: String
    /// SHA-256(0x00 ‖ entry) as 64 lower-case hexadecimal digits.
    package var leafHash: String
    /// Counts from zero.
    package var leafIndex: Int64
    /// The size that the checkpoint signs.
    package var treeSize: Int64
    /// The inclusion proof (RFC 6962 §2.1.1) from the leaf upwards, each as 64 lower-case hexadecimal digits.
    package var hashes: [String]
    /// The signed checkpoint (C2SP tlog-checkpoint, signed-note).
    package var checkpoint: String

    package init(
        entry: String, leafHash: String, leafIndex: Int64, treeSize: Int64, hashes: [String], checkpoint: String
    ) {
        self.entry = entry
        self.leafHash = leafHash
        self.leafIndex = leafIndex
        self.treeSize = treeSize
        self.hashes = hashes
        self.checkpoint = checkpoint
    }
}

/// `GET /v1/audit/consistency?from=&to=`: the tree of size `to` begins with the tree of size `from` (RFC 6962 §2.1.2).
package struct AuditConsistencyProof: Codable, Sendable, Equatable {
    package var from: Int64
    package var to: Int64
    /// Roots of the two trees, 64 lower-case hexadecimal digits each.
    package var fromRoot: String
    package var toRoot: String
    package var hashes: [String]
    /// The newest checkpoint, whose size may be beyond `to`.
    package var checkpoint: String

    package init(
        from: Int64, to: Int64, fromRoot: String, toRoot: String, hashes: [String], checkpoint: String
    ) {
        self.from = from
        self.to = to
        self.fromRoot = fromRoot
        self.toRoot = toRoot
        self.hashes = hashes
        self.checkpoint = checkpoint
    }
}

/// `GET /v1/audit/events`, newest first: a record and its place in its tenant's log. On the wire the record's own fields, with the place beside them.
package struct LoggedAuditEvent: Codable, Sendable, Equatable {
    package var record: AuditRecord
    package var leafIndex: Int64
    package var leafHash: String
    package var receivedAt: Date

    package init(record: AuditRecord, leafIndex: Int64, leafHash: String, receivedAt: Date) {
        self.record = record
        self.leafIndex = leafIndex
        self.leafHash = leafHash
        self.receivedAt = receivedAt
    }

    private enum CodingKeys: String, CodingKey {
        case leafIndex, leafHash, receivedAt
    }

    package init(from decoder: any Decoder) throws {
        record = try AuditRecord(from: decoder)
        let container = try decoder.container(keyedBy: CodingKeys.self)
        leafIndex = try container.decode(Int64.self, forKey: .leafIndex)
        leafHash = try container.decode(String.self, forKey: .leafHash)
        receivedAt = try container.decode(Date.self, forKey: .receivedAt)
    }

    package func encode(to encoder: any Encoder) throws {
        try record.encode(to: encoder)
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(leafIndex, forKey: .leafIndex)
        try container.encode(leafHash, forKey: .leafHash)
        try container.encode(receivedAt, forKey: .receivedAt)
    }
}
