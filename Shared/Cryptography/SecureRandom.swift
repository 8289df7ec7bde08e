import COpenSSL

/// Random bytes for keys, tokens and nonces, from OpenSSL's generator, which reseeds itself from the kernel.
package enum SecureRandom {
    /// Stops the process when the generator fails: no secret may be made without it.
    package static func bytes(_ count: Int) -> [UInt8] {
        precondition(count >= 0, "a number of bytes is not negative")
        return unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
            if let base = buffer.baseAddress, count > 0 {
                unsafe requireSuccess(RAND_bytes_ex(nil, base, count, 0), "RAND_bytes_ex")
            }
            initialized = count
        }
    }
}
