import COpenSSL

/// AES-256 in Galois/counter mode (NIST SP 800-38D) with 96-bit nonces and 128-bit tags.
enum AESGCM {
    static let nonceByteCount = 12
    static let tagByteCount = 16

    /// Ciphertext followed by its tag.
    static func seal(
        _ plaintext: [UInt8], key: [UInt8], nonce: [UInt8], authenticating data: [UInt8]
    ) throws(CryptographyError) -> [UInt8] {
        let context = CipherContext()
        try context.begin(.seal, key: key, nonce: nonce)
        try context.authenticate(data)
        let ciphertext = try context.transform(plaintext)
        guard context.finish() else { throw openSSLFailure("EVP_CipherFinal_ex") }
        return try ciphertext + context.tag()
    }

    /// The plaintext of `sealed`, which is ciphertext followed by its tag; nothing of it is given out unless the tag holds.
    static func open(
        _ sealed: [UInt8], key: [UInt8], nonce: [UInt8], authenticating data: [UInt8]
    ) throws(CryptographyError) -> [UInt8] {
        let context = CipherContext()
        try context.begin(.open, key: key, nonce: nonce)
        try context.expect(tag: Array(sealed.suffix(tagByteCount)))
        try context.authenticate(data)
        let plaintext = try context.transform(Array(sealed.dropLast(tagByteCount)))
        guard context.finish() else {
            ERR_clear_error()
            throw .authenticationFailed
        }
        return plaintext
    }
}
