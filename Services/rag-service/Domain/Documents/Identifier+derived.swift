import Contracts
import Cryptography
import Foundation

extension Identifier {
    /// The same id for the same text each time: UUID version 8 (RFC 9562) of a SHA-256. It makes what is reported
    /// twice count once.
    static func derived(from text: String) -> Self {
        var b = Array(SHA256.hash(Array(text.utf8)).prefix(16))
        b[6] = 0x80 | (b[6] & 0x0F)
        b[8] = 0x80 | (b[8] & 0x3F)
        return Self(
            UUID(
                uuid: (
                    b[0], b[1], b[2], b[3], b[4], b[5], b[6], b[7], b[8], b[9], b[10], b[11], b[12], b[13], b[14],
                    b[15]
                )))
    }
}
