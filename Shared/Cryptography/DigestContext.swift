import COpenSSL

/// SHA-256 as OpenSSL's provider implements it, fetched once: a fetch costs more than hashing a kilobyte.
@safe struct DigestAlgorithm: @unchecked Sendable {
    // Unchecked because an `EVP_MD` is immutable once fetched and OpenSSL documents it as shareable.
    let raw: OpaquePointer

    static let sha256: DigestAlgorithm = {
        guard let raw = unsafe EVP_MD_fetch(nil, "SHA256", nil) else {
            preconditionFailure("this OpenSSL has no SHA-256")
        }
        return unsafe DigestAlgorithm(raw: raw)
    }()
}

/// An `EVP_MD_CTX` with one owner, freed with it.
@safe struct DigestContext: ~Copyable {
    private let raw: OpaquePointer

    /// Ready to hash with SHA-256.
    init() {
        guard let raw = unsafe EVP_MD_CTX_new() else { preconditionFailure("out of memory") }
        unsafe self.raw = raw
        let algorithm = DigestAlgorithm.sha256
        unsafe requireSuccess(EVP_DigestInit_ex2(raw, algorithm.raw, nil), "EVP_DigestInit_ex2")
    }

    deinit {
        unsafe EVP_MD_CTX_free(raw)
    }

    /// Forgets what was hashed; the algorithm and its memory are kept.
    func reset() {
        unsafe requireSuccess(EVP_DigestInit_ex2(raw, nil, nil), "EVP_DigestInit_ex2")
    }

    func update(_ bytes: Span<UInt8>) {
        unsafe bytes.withUnsafeBufferPointer { buffer in
            guard let base = buffer.baseAddress else { return }
            unsafe requireSuccess(EVP_DigestUpdate(raw, base, buffer.count), "EVP_DigestUpdate")
        }
    }

    /// The digest. `reset` before using the context again.
    func finish() -> [UInt8] {
        unsafe [UInt8](unsafeUninitializedCapacity: SHA256.byteCount) { buffer, count in
            unsafe requireSuccess(EVP_DigestFinal_ex(raw, buffer.baseAddress, nil), "EVP_DigestFinal_ex")
            count = SHA256.byteCount
        }
    }
}

/// A digest context that goes from one user to the next. Whoever has taken it from a pool is its only user.
final class PooledDigestContext: @unchecked Sendable {
    // Unchecked because `Pool` hands each instance to one caller at a time.
    let context = DigestContext()
}
