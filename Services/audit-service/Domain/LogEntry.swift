package import Contracts
import Foundation

/// A record with the exact bytes of its leaf.
package struct LogEntry: Sendable, Equatable {
    package var record: AuditRecord
    /// Canonical JSON: our wire format has sorted keys and one spelling for every value. The bytes are stored and
    /// never made again, so a later change of the format changes no leaf.
    package var bytes: [UInt8]

    package init(_ record: AuditRecord) throws {
        self.record = record
        bytes = Array(try WireFormat.encoder().encode(record))
    }

    /// A leaf as it is stored.
    package init(stored bytes: [UInt8]) throws {
        record = try WireFormat.decoder().decode(AuditRecord.self, from: Data(bytes))
        self.bytes = bytes
    }

    package var leafHash: [UInt8] { MerkleHash.leaf(bytes) }
}
