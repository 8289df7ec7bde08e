import Contracts
import Cryptography
import Foundation

/// The name of one call of a client to a model, from which the ids of all its records follow.
///
/// It is made here and not taken from `X-Request-Id`: whoever could choose it could have two calls counted as one.
struct CallIdentity: Sendable, Equatable {
    let call: UUID

    /// 32 hexadecimal digits, for ids in answers.
    var text: String { call.uuidString.replacing("-", with: "").lowercased() }

    /// The ids of the records of one attempt, derived so that journaling one twice posts it once.
    struct Records: Sendable, Equatable {
        let usage: UsageRecordID
        let audit: AuditEventID
    }

    func records(attempt: Int) -> Records {
        let digest = digest(attempt)
        return Records(usage: UsageRecordID(derived(digest[..<10])), audit: AuditEventID(derived(digest[10..<20])))
    }

    func usage(attempt: Int) -> UsageRecordID { records(attempt: attempt).usage }

    func audit(attempt: Int) -> AuditEventID { records(attempt: attempt).audit }

    /// SHA-256(`asterism usage` ‖ call ‖ attempt), of which each id takes ten bytes of its own.
    private func digest(_ attempt: Int) -> [UInt8] {
        let u = call.uuid
        return SHA256.hash(
            Array("asterism usage".utf8) + [
                u.0, u.1, u.2, u.3, u.4, u.5, u.6, u.7, u.8, u.9, u.10, u.11, u.12, u.13, u.14, u.15,
                UInt8(truncatingIfNeeded: attempt),
            ])
    }

    /// UUIDv8 (RFC 9562 §5.8): the call's own 48 bits of time, so that ids sort by time and index pages fill in order,
    /// then 74 bits of ten bytes.
    private func derived(_ bytes: ArraySlice<UInt8>) -> UUID {
        let u = call.uuid
        func byte(_ index: Int) -> UInt8 { bytes[bytes.startIndex + index] }
        return UUID(
            uuid: (
                u.0, u.1, u.2, u.3, u.4, u.5, 0x80 | (byte(0) & 0x0F), byte(1), 0x80 | (byte(2) & 0x3F), byte(3),
                byte(4), byte(5), byte(6), byte(7), byte(8), byte(9)
            ))
    }
}
