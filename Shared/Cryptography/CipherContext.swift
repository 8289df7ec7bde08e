import COpenSSL

/// An `EVP_CIPHER_CTX` of AES-256-GCM for one message, wiped and freed after it.
@safe struct CipherContext: ~Copyable {
    enum Direction: Int32 {
        case open = 0
        case seal = 1
    }

    private let raw: OpaquePointer

    init() {
        guard let raw = unsafe EVP_CIPHER_CTX_new() else { preconditionFailure("out of memory") }
        unsafe self.raw = raw
    }

    deinit {
        unsafe EVP_CIPHER_CTX_free(raw)
    }

    func begin(_ direction: Direction, key: [UInt8], nonce: [UInt8]) throws(CryptographyError) {
        guard key.count == EnvelopeKey.byteCount else {
            throw .wrongLength(expected: EnvelopeKey.byteCount, found: key.count)
        }
        guard nonce.count == AESGCM.nonceByteCount else {
            throw .wrongLength(expected: AESGCM.nonceByteCount, found: nonce.count)
        }
        let algorithm = Self.algorithm
        guard unsafe EVP_CipherInit_ex2(raw, algorithm.raw, key, nonce, direction.rawValue, nil) == 1 else {
            throw openSSLFailure("EVP_CipherInit_ex2")
        }
    }

    /// Data that is not encrypted but has to be the same at opening.
    func authenticate(_ data: [UInt8]) throws(CryptographyError) {
        guard !data.isEmpty else { return }
        var length: Int32 = 0
        guard let count = Int32(exactly: data.count),
            unsafe EVP_CipherUpdate(raw, nil, &length, data, count) == 1
        else { throw openSSLFailure("EVP_CipherUpdate") }
    }

    func transform(_ input: [UInt8]) throws(CryptographyError) -> [UInt8] {
        guard !input.isEmpty else { return [] }
        var output = [UInt8](repeating: 0, count: input.count)
        var length: Int32 = 0
        // A stream mode: as many bytes come out as go in.
        guard let count = Int32(exactly: input.count),
            unsafe EVP_CipherUpdate(raw, &output, &length, input, count) == 1, length == count
        else { throw openSSLFailure("EVP_CipherUpdate") }
        return output
    }

    /// Ends the message. When opening, whether the tag holds.
    func finish() -> Bool {
        var rest = [UInt8](repeating: 0, count: 16)
        var length: Int32 = 0
        return unsafe EVP_CipherFinal_ex(raw, &rest, &length) == 1
    }

    func tag() throws(CryptographyError) -> [UInt8] {
        var tag = [UInt8](repeating: 0, count: AESGCM.tagByteCount)
        guard unsafe EVP_CIPHER_CTX_ctrl(raw, EVP_CTRL_AEAD_GET_TAG, Int32(tag.count), &tag) == 1 else {
            throw openSSLFailure("EVP_CTRL_AEAD_GET_TAG")
        }
        return tag
    }

    func expect(tag: [UInt8]) throws(CryptographyError) {
        var tag = tag
        guard unsafe EVP_CIPHER_CTX_ctrl(raw, EVP_CTRL_AEAD_SET_TAG, Int32(tag.count), &tag) == 1 else {
            throw openSSLFailure("EVP_CTRL_AEAD_SET_TAG")
        }
    }

    private static let algorithm: Algorithm = {
        guard let raw = unsafe EVP_CIPHER_fetch(nil, "AES-256-GCM", nil) else {
            preconditionFailure("this OpenSSL has no AES-256-GCM")
        }
        return unsafe Algorithm(raw: raw)
    }()

    @safe private struct Algorithm: @unchecked Sendable {
        // Unchecked because an `EVP_CIPHER` is immutable once fetched and OpenSSL documents it as shareable.
        let raw: OpaquePointer
    }
}
