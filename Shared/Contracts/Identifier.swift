package import Foundation

/// A UUIDv7 (RFC 9562) that cannot be mistaken for the id of something else.
///
/// On the wire and in logs it is the 36 lower-case characters. Version 7 begins with the Unix time in milliseconds,
/// so ids sort by the time they were made and index pages fill in order.
package struct Identifier<Entity>: Hashable, Sendable {
    package let uuid: UUID

    package init(_ uuid: UUID) {
        self.uuid = uuid
    }

    /// A new id for `date`, with 74 random bits from `generator`.
    package init(at date: Date = Date(), using generator: inout some RandomNumberGenerator) {
        let milliseconds = UInt64(max(0, date.timeIntervalSince1970 * 1000))
        let high: UInt64 = generator.next()
        let low: UInt64 = generator.next()
        func byte(_ value: UInt64, _ index: UInt64) -> UInt8 { UInt8(truncatingIfNeeded: value >> (index * 8)) }
        uuid = UUID(
            uuid: (
                byte(milliseconds, 5), byte(milliseconds, 4), byte(milliseconds, 3), byte(milliseconds, 2),
                byte(milliseconds, 1), byte(milliseconds, 0), 0x70 | (byte(high, 1) & 0x0F), byte(high, 0),
                0x80 | (byte(low, 7) & 0x3F), byte(low, 6), byte(low, 5), byte(low, 4), byte(low, 3), byte(low, 2),
                byte(low, 1), byte(low, 0)
            ))
    }

    /// A new id for this moment from the system's random numbers.
    package init() {
        var generator = SystemRandomNumberGenerator()
        self.init(using: &generator)
    }
}

extension Identifier: LosslessStringConvertible {
    /// Nil for anything but a UUID of 36 characters; upper case is accepted.
    package init?(_ description: String) {
        guard Self.isCanonical(description.utf8), let uuid = UUID(uuidString: description) else { return nil }
        self.init(uuid)
    }

    // Foundation reads a blank as a digit.
    private static func isCanonical(_ text: String.UTF8View) -> Bool {
        text.count == 36
            && text.enumerated().allSatisfy { index, byte in
                let isDash = index == 8 || index == 13 || index == 18 || index == 23
                return isDash ? byte == UInt8(ascii: "-") : Character(UnicodeScalar(byte)).isHexDigit
            }
    }

    package var description: String { UUIDText.text(uuid) }
}

extension Identifier: Comparable {
    package static func < (left: Self, right: Self) -> Bool { left.description < right.description }
}

extension Identifier: Codable {
    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let value = Self(text) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "not a UUID")
        }
        self = value
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}

/// What the ids stand for. Never instantiated.
package enum Tenant {}
package enum APIKey {}
package enum Document {}
package enum Chunk {}
package enum KnowledgeBase {}
package enum Ticket {}
package enum Run {}
package enum Lease {}
package enum AuditEvent {}
package enum UsageRecord {}

package typealias TenantID = Identifier<Tenant>
package typealias APIKeyID = Identifier<APIKey>
package typealias DocumentID = Identifier<Document>
package typealias ChunkID = Identifier<Chunk>
package typealias TicketID = Identifier<Ticket>
package typealias RunID = Identifier<Run>
package typealias LeaseID = Identifier<Lease>
package typealias AuditEventID = Identifier<AuditEvent>
package typealias UsageRecordID = Identifier<UsageRecord>
