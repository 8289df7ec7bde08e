import Contracts
import Cryptography
import Foundation

extension CallIdentity {
    /// The identity of one attempt at a line: it follows from the three, so nothing that is recorded twice for the same
    /// attempt counts twice, and two attempts, of which a provider may have billed both, are never taken for one.
    ///
    /// UUIDv8 (RFC 9562 §5.8): the 48 bits of time of the batch's own id, then 74 bits of SHA-256(`asterism batch line` ‖
    /// batch ‖ line ‖ attempt).
    init(batch: BatchID, line: Int, attempt: Int) {
        let u = batch.uuid.uuid
        let id = [u.0, u.1, u.2, u.3, u.4, u.5, u.6, u.7, u.8, u.9, u.10, u.11, u.12, u.13, u.14, u.15]
        let d = SHA256.hash(Array("asterism batch line".utf8) + id + Array("\(line).\(attempt)".utf8))
        self.init(
            call: UUID(
                uuid: (
                    u.0, u.1, u.2, u.3, u.4, u.5, 0x80 | (d[0] & 0x0F), d[1], 0x80 | (d[2] & 0x3F), d[3], d[4], d[5],
                    d[6], d[7], d[8], d[9]
                )))
    }
}

extension BatchID {
    /// The id of one of its files of results: always the same, so that writing it again replaces it.
    func file(_ kind: String) -> FileID {
        let u = uuid.uuid
        let id = [u.0, u.1, u.2, u.3, u.4, u.5, u.6, u.7, u.8, u.9, u.10, u.11, u.12, u.13, u.14, u.15]
        let d = SHA256.hash(Array("asterism batch \(kind)".utf8) + id)
        return FileID(
            UUID(
                uuid: (
                    u.0, u.1, u.2, u.3, u.4, u.5, 0x80 | (d[0] & 0x0F), d[1], 0x80 | (d[2] & 0x3F), d[3], d[4], d[5],
                    d[6], d[7], d[8], d[9]
                )))
    }
}
