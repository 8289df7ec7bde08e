/// Seals small secrets for storage: AES-256-GCM (NIST SP 800-38D) with the id of the key inside, so keys can rotate.
///
/// The first key seals; every key opens. To rotate, put the new key in front, seal again what `needsResealing` says,
/// and drop the old key when nothing is left under it.
///
/// Format of an envelope, version 1:
/// ```
/// 0x01 | length of key id (1 byte) | key id | nonce (12 bytes, random) | ciphertext | tag (16 bytes)
/// ```
/// Authenticated with it, though not inside: everything before the nonce, and the caller's context.
///
/// Random nonces bound a key to 2³² envelopes (SP 800-38D section 8.3).
package struct EnvelopeKeyring: Sendable {
    private let sealing: EnvelopeKey
    private let keys: [String: EnvelopeKey]

    package init(_ keys: [EnvelopeKey]) throws(CryptographyError) {
        guard let first = keys.first else { throw .invalidKeyring(reason: "there is no key") }
        var byID: [String: EnvelopeKey] = [:]
        for key in keys {
            guard byID.updateValue(key, forKey: key.id) == nil else {
                throw .invalidKeyring(reason: "key id \(key.id) is there twice")
            }
        }
        sealing = first
        self.keys = byID
    }

    /// Reads `id:base64,id:base64…`, the sealing key first. The error never holds key material.
    package init(parsing text: String) throws(CryptographyError) {
        var keys: [EnvelopeKey] = []
        for entry in text.split(separator: ",") {
            let parts = entry.split(separator: ":", maxSplits: 1)
            guard parts.count == 2, let bytes = Base64.decode(String(parts[1])) else {
                throw .invalidKeyring(reason: "an entry is not id:base64")
            }
            keys.append(try EnvelopeKey(id: String(parts[0]), bytes: bytes))
        }
        try self.init(keys)
    }

    /// The id of the key that seals.
    package var sealingKeyID: String { sealing.id }

    /// - Parameter context: Where the secret belongs, such as table, tenant and row. Opening needs the same bytes, so
    ///   an envelope copied to another row does not open there.
    package func seal(_ plaintext: [UInt8], context: [UInt8]) throws(CryptographyError) -> [UInt8] {
        let header = EnvelopeHeader(keyID: sealing.id).bytes
        let nonce = SecureRandom.bytes(AESGCM.nonceByteCount)
        let sealed = try AESGCM.seal(
            plaintext, key: sealing.bytes, nonce: nonce, authenticating: header + context)
        return header + nonce + sealed
    }

    package func open(_ envelope: [UInt8], context: [UInt8]) throws(CryptographyError) -> [UInt8] {
        let header = try EnvelopeHeader(of: envelope)
        guard let key = keys[header.keyID] else { throw .unknownKey(id: header.keyID) }
        let body = envelope.dropFirst(header.bytes.count)
        guard body.count >= AESGCM.nonceByteCount + AESGCM.tagByteCount else { throw .malformedEnvelope }
        return try AESGCM.open(
            Array(body.dropFirst(AESGCM.nonceByteCount)), key: key.bytes,
            nonce: Array(body.prefix(AESGCM.nonceByteCount)), authenticating: header.bytes + context)
    }

    /// A keyring for one purpose: each key is derived from one of these with HKDF, and bears its name.
    ///
    /// What is sealed often gets a keyring by what it is sealed for, so that no key comes near its bound of envelopes.
    package func derived(for purpose: [UInt8]) throws(CryptographyError) -> EnvelopeKeyring {
        var derived: [EnvelopeKey] = []
        for key in [sealing] + keys.values.filter({ $0.id != sealing.id }) {
            let bytes = try HKDFSHA256.derive(from: key.bytes, information: purpose, byteCount: EnvelopeKey.byteCount)
            derived.append(try EnvelopeKey(id: key.id, bytes: bytes))
        }
        return try EnvelopeKeyring(derived)
    }

    /// A name of 32 bytes for `text`, which nobody can guess or check without the sealing key; another one once that
    /// key is rotated.
    package func pseudonym(of text: [UInt8]) throws(CryptographyError) -> [UInt8] {
        let key = try HKDFSHA256.derive(from: sealing.bytes, information: Array("pseudonym".utf8))
        return HMACSHA256.authenticationCode(for: text, key: key)
    }

    /// True when the envelope is sealed with another key than the one that seals now.
    package func needsResealing(_ envelope: [UInt8]) throws(CryptographyError) -> Bool {
        try EnvelopeHeader(of: envelope).keyID != sealing.id
    }
}
