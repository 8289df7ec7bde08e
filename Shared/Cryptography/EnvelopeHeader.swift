/// What stands before the nonce of an envelope.
struct EnvelopeHeader: Equatable {
    static let version: UInt8 = 1

    let keyID: String

    init(keyID: String) {
        self.keyID = keyID
    }

    init(of envelope: [UInt8]) throws(CryptographyError) {
        guard envelope.count >= 2, envelope[0] == Self.version else { throw .malformedEnvelope }
        let length = Int(envelope[1])
        guard (1...EnvelopeKey.maximumIDByteCount).contains(length), envelope.count >= 2 + length,
            let id = String(validating: envelope[2..<2 + length], as: UTF8.self)
        else { throw .malformedEnvelope }
        keyID = id
    }

    var bytes: [UInt8] {
        [Self.version, UInt8(keyID.utf8.count)] + keyID.utf8
    }
}
