/// The credential in an `Authorization` header (RFC 6750); the scheme compares without regard to case.
enum BearerToken {
    static func token(in header: String) -> Substring? {
        let scheme = header.prefix(7)
        guard scheme.utf8.count == 7, scheme.lowercased() == "bearer " else { return nil }
        let token = header.dropFirst(7).drop { $0 == " " }
        return token.isEmpty ? nil : token
    }
}
