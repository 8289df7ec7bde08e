import CCurl

/// Where a URL leads, by libcurl's own parser, so that what is judged is what is called.
struct RequestTarget: Equatable {
    var scheme: String
    /// Without the brackets of an IPv6 address.
    var host: String
    var port: Int
    /// The URL in the form that libcurl sends.
    var url: String

    /// Parses `url`; a relative one is resolved against `base`.
    init(_ url: String, relativeTo base: String? = nil) throws(CurlError) {
        guard let handle = unsafe curl_url() else { throw CurlError(.invalidRequest, "out of memory") }
        defer { unsafe curl_url_cleanup(handle) }
        if let base {
            _ = unsafe curl_url_set(handle, CURLUPART_URL, base, 0)
        }
        guard unsafe curl_url_set(handle, CURLUPART_URL, url, 0) == CURLUE_OK,
            let scheme = unsafe Self.part(CURLUPART_SCHEME, of: handle),
            let host = unsafe Self.part(CURLUPART_HOST, of: handle),
            let port = unsafe Self.part(CURLUPART_PORT, of: handle).flatMap({ Int($0) }),
            let whole = unsafe Self.part(CURLUPART_URL, of: handle)
        else { throw CurlError(.invalidRequest, "the URL cannot be parsed") }
        self.scheme = scheme
        self.host = host.hasPrefix("[") ? String(host.dropFirst().dropLast()) : host
        self.port = port
        self.url = whole
    }

    /// Scheme, host and port: what decides whether credentials may travel along.
    func hasSameOrigin(as other: RequestTarget) -> Bool {
        scheme == other.scheme && host.lowercased() == other.host.lowercased() && port == other.port
    }

    private static func part(_ part: CURLUPart, of handle: OpaquePointer) -> String? {
        var text: UnsafeMutablePointer<CChar>?
        let flags = part == CURLUPART_PORT ? UInt32(CURLU_DEFAULT_PORT) : 0
        guard unsafe curl_url_get(handle, part, &text, flags) == CURLUE_OK, let found = unsafe text else { return nil }
        defer { unsafe curl_free(found) }
        return unsafe String(cString: found)
    }
}
