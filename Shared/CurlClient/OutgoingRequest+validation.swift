extension OutgoingRequest {
    /// Refuses what could mean something else on the wire than it says here.
    ///
    /// Only the form is judged; where the request goes is judged when its socket is opened.
    ///
    /// - Parameter known: A URL that was found good, which is not looked at again; empty for none.
    func validate(known: String = "") throws(CurlError) {
        guard !method.isEmpty, method.utf8.allSatisfy(\.isTokenCharacter) else {
            throw CurlError(.invalidRequest, "the method is not an HTTP token")
        }
        if method == "HEAD", body?.isEmpty == false {
            throw CurlError(.invalidRequest, "HEAD carries no body")
        }
        if url.isEmpty || url != known { try Self.validate(url: url) }
        for (name, value) in headers { try Self.validate(header: name, value: value) }
    }

    private static func validate(url: String) throws(CurlError) {
        let text = url.utf8
        guard text.allSatisfy({ $0 > 0x20 && $0 != 0x7f && $0 != UInt8(ascii: "\\") }) else {
            throw CurlError(.invalidRequest, "the URL holds a blank, a control character or a backslash")
        }
        // 64 KiB is eight times what servers accept in a request line.
        guard text.count <= 65_536 else { throw CurlError(.invalidRequest, "the URL is longer than 64 KiB") }
        guard let authority = authority(of: text) else {
            throw CurlError(.refusedByPolicy, "only http:// and https:// URLs are called")
        }
        guard !authority.isEmpty else { throw CurlError(.invalidRequest, "the URL has no host") }
        guard !authority.contains(UInt8(ascii: "@")) else {
            throw CurlError(.invalidRequest, "the URL carries credentials; send them as a header")
        }
    }

    /// What is between `//` and the path; nil when the scheme is not HTTP.
    private static func authority(of url: String.UTF8View) -> Substring.UTF8View? {
        for scheme in ["http://", "https://"] {
            let start = url.prefix(scheme.utf8.count)
            guard start.count == scheme.utf8.count else { continue }
            guard zip(start, scheme.utf8).allSatisfy({ $0.asciiLowercased == $1 }) else { continue }
            return url.dropFirst(scheme.utf8.count).prefix { !"/?#".utf8.contains($0) }
        }
        return nil
    }

    private static func validate(header name: String, value: String) throws(CurlError) {
        guard !name.isEmpty, name.utf8.allSatisfy(\.isTokenCharacter) else {
            throw CurlError(.invalidRequest, "a header name is not an HTTP token")
        }
        guard value.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7f || $0 == 0x09 }) else {
            throw CurlError(.invalidRequest, "the value of header \(name) holds a control character")
        }
        guard name.utf8.count == 14 || name.utf8.count == 17 else { return }
        let lowercased = name.lowercased()
        guard lowercased != "content-length", lowercased != "transfer-encoding" else {
            throw CurlError(.invalidRequest, "\(name) follows from the body and is not given as a header")
        }
    }
}

extension UInt8 {
    /// RFC 9110, section 5.6.2.
    fileprivate var isTokenCharacter: Bool {
        switch self {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
        case UInt8(ascii: "0")...UInt8(ascii: "9"): true
        default: "!#$%&'*+-.^_`|~".utf8.contains(self)
        }
    }
}
