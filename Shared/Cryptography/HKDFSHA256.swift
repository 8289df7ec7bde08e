/// HKDF with SHA-256 (RFC 5869): one or several keys from one secret.
package enum HKDFSHA256 {
    /// 255 blocks, the limit of RFC 5869 section 2.3.
    package static let maximumByteCount = 255 * SHA256.byteCount

    /// Extract, then expand.
    ///
    /// - Parameters:
    ///   - information: Names the purpose, so that keys for different purposes are independent.
    ///   - byteCount: 1 to `maximumByteCount`.
    package static func derive(
        from secret: [UInt8], salt: [UInt8] = [], information: [UInt8], byteCount: Int = 32
    ) throws(CryptographyError) -> [UInt8] {
        try expand(pseudoRandomKey: extract(salt: salt, from: secret), information: information, byteCount: byteCount)
    }

    /// Section 2.2. An absent salt is 32 zeros, which HMAC's padding makes the same as an empty key.
    package static func extract(salt: [UInt8], from secret: [UInt8]) -> [UInt8] {
        HMACSHA256.authenticationCode(for: secret, key: salt)
    }

    /// Section 2.3.
    package static func expand(
        pseudoRandomKey: [UInt8], information: [UInt8], byteCount: Int
    ) throws(CryptographyError) -> [UInt8] {
        guard (1...maximumByteCount).contains(byteCount) else {
            throw .wrongLength(expected: maximumByteCount, found: byteCount)
        }
        let mac = HMACSHA256(key: pseudoRandomKey)
        var output: [UInt8] = []
        var block: [UInt8] = []
        var counter: UInt8 = 1
        while output.count < byteCount {
            block = mac.authenticationCode(for: block + information + [counter])
            output += block
            counter &+= 1
        }
        return Array(output.prefix(byteCount))
    }
}
