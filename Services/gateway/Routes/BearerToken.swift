/// The credential in an `Authorization` header (RFC 6750); the scheme compares without regard to case.
enum BearerToken {
    static func token(in header: String) -> Substring? {
        let scheme = header.utf8.prefix(7)
        // Setting the bit of lower case leaves a blank as it is.
        guard scheme.count == 7, zip(scheme, "bearer ".utf8).allSatisfy({ $0 | 0x20 == $1 }) else { return nil }
        let token = header.utf8.dropFirst(7).drop { $0 == UInt8(ascii: " ") }
        return token.isEmpty ? nil : Substring(token)
    }
}
