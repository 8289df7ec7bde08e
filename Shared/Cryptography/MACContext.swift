import COpenSSL

/// An `EVP_MAC_CTX` that holds one HMAC-SHA256 key. OpenSSL wipes the key when the context is freed.
@safe final class MACContext: @unchecked Sendable {
    // Unchecked: the template of a pool is only ever duplicated, which reads it, and each copy has one user at a time.
    private let raw: OpaquePointer

    init(key: [UInt8]) {
        guard let raw = unsafe EVP_MAC_CTX_new(Self.algorithm.raw) else { preconditionFailure("out of memory") }
        unsafe self.raw = raw
        // OpenSSL takes an absent key pointer for «keep the key», so an empty key needs an address too.
        let padded = key.isEmpty ? [0] : key
        var digest = Array("SHA256".utf8CString)
        unsafe digest.withUnsafeMutableBufferPointer { name in
            let parameters = unsafe [
                OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, name.baseAddress, 0),
                OSSL_PARAM_construct_end(),
            ]
            unsafe requireSuccess(EVP_MAC_init(raw, padded, key.count, parameters), "EVP_MAC_init")
        }
    }

    init(copying template: MACContext) {
        guard let raw = unsafe EVP_MAC_CTX_dup(template.raw) else { preconditionFailure("out of memory") }
        unsafe self.raw = raw
    }

    deinit {
        unsafe EVP_MAC_CTX_free(raw)
    }

    func authenticationCode(for message: Span<UInt8>) -> [UInt8] {
        // No key and no parameters: start again with those that are set.
        unsafe requireSuccess(EVP_MAC_init(raw, nil, 0, nil), "EVP_MAC_init")
        unsafe message.withUnsafeBufferPointer { buffer in
            guard let base = buffer.baseAddress else { return }
            unsafe requireSuccess(EVP_MAC_update(raw, base, buffer.count), "EVP_MAC_update")
        }
        return unsafe [UInt8](unsafeUninitializedCapacity: HMACSHA256.byteCount) { buffer, count in
            unsafe requireSuccess(EVP_MAC_final(raw, buffer.baseAddress, &count, buffer.count), "EVP_MAC_final")
        }
    }

    private static let algorithm: Algorithm = {
        guard let raw = unsafe EVP_MAC_fetch(nil, "HMAC", nil) else {
            preconditionFailure("this OpenSSL has no HMAC")
        }
        return unsafe Algorithm(raw: raw)
    }()

    @safe private struct Algorithm: @unchecked Sendable {
        // Unchecked because an `EVP_MAC` is immutable once fetched and OpenSSL documents it as shareable.
        let raw: OpaquePointer
    }
}
