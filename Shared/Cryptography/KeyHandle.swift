import COpenSSL

/// An `EVP_PKEY` of Ed25519, freed and wiped with its last owner.
@safe final class KeyHandle: @unchecked Sendable {
    // Unchecked because the key never changes and OpenSSL allows its concurrent use for signing and verifying.
    private let raw: OpaquePointer

    init(ed25519Seed seed: [UInt8]) throws(CryptographyError) {
        guard let raw = unsafe EVP_PKEY_new_raw_private_key_ex(nil, "ED25519", nil, seed, seed.count) else {
            throw openSSLFailure("EVP_PKEY_new_raw_private_key_ex")
        }
        unsafe self.raw = raw
    }

    init(ed25519PublicKey bytes: [UInt8]) throws(CryptographyError) {
        guard let raw = unsafe EVP_PKEY_new_raw_public_key_ex(nil, "ED25519", nil, bytes, bytes.count) else {
            throw openSSLFailure("EVP_PKEY_new_raw_public_key_ex")
        }
        unsafe self.raw = raw
    }

    deinit {
        unsafe EVP_PKEY_free(raw)
    }

    func publicBytes() throws(CryptographyError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: VerifyingKey.byteCount)
        var count = bytes.count
        guard unsafe EVP_PKEY_get_raw_public_key(raw, &bytes, &count) == 1, count == bytes.count else {
            throw openSSLFailure("EVP_PKEY_get_raw_public_key")
        }
        return bytes
    }

    func sign(_ message: [UInt8]) throws(CryptographyError) -> [UInt8] {
        let context = SignatureContext()
        var signature = [UInt8](repeating: 0, count: SigningKey.signatureByteCount)
        var count = signature.count
        guard unsafe EVP_DigestSignInit_ex(context.raw, nil, nil, nil, nil, raw, nil) == 1,
            unsafe EVP_DigestSign(context.raw, &signature, &count, message, message.count) == 1,
            count == signature.count
        else { throw openSSLFailure("EVP_DigestSign") }
        return signature
    }

    func verify(_ signature: [UInt8], _ message: [UInt8]) -> Bool {
        let context = SignatureContext()
        guard unsafe EVP_DigestVerifyInit_ex(context.raw, nil, nil, nil, nil, raw, nil) == 1 else { return false }
        let isValid =
            unsafe EVP_DigestVerify(context.raw, signature, signature.count, message, message.count) == 1
        // A refused signature leaves its reason in the thread's queue, where the next failure would find it.
        if !isValid { ERR_clear_error() }
        return isValid
    }
}

/// An `EVP_MD_CTX` for one signature.
@safe private struct SignatureContext: ~Copyable {
    let raw: OpaquePointer

    init() {
        guard let raw = unsafe EVP_MD_CTX_new() else { preconditionFailure("out of memory") }
        unsafe self.raw = raw
    }

    deinit {
        unsafe EVP_MD_CTX_free(raw)
    }
}
