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

    /// The id of the usage event of one attempt, derived so that journaling it twice posts it once.
    func usage(attempt: Int) -> UsageRecordID { UsageRecordID(derived("usage", attempt)) }

    /// The id of the audit record of one attempt.
    func audit(attempt: Int) -> AuditEventID { AuditEventID(derived("audit", attempt)) }

    /// UUIDv8 (RFC 9562 §5.8): the call's own 48 bits of time, so that ids sort by time and index pages fill in order,
    /// then 74 bits of SHA-256(`asterism <purpose>` ‖ call ‖ attempt).
    private func derived(_ purpose: String, _ attempt: Int) -> UUID {
        let u = call.uuid
        let digest = SHA256.hash(
            Array("asterism \(purpose)".utf8) + [
                u.0, u.1, u.2, u.3, u.4, u.5, u.6, u.7, u.8, u.9, u.10, u.11, u.12, u.13, u.14, u.15,
                UInt8(truncatingIfNeeded: attempt),
            ])
        return UUID(
            uuid: (
                u.0, u.1, u.2, u.3, u.4, u.5, 0x80 | (digest[0] & 0x0F), digest[1],
                0x80 | (digest[2] & 0x3F), digest[3], digest[4], digest[5], digest[6], digest[7], digest[8], digest[9]
            ))
    }
}
