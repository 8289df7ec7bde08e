/// A request and the redirects that it has been sent on. Pure but for parsing URLs.
struct RedirectTrail {
    private(set) var request: OutgoingRequest
    private var followed = 0

    init(_ request: OutgoingRequest) {
        self.request = request
    }

    /// True when the answer is a redirect and `request` is now the one to send; throws when it may not be followed.
    ///
    /// - Parameter elapsed: How much of the request's deadline is used up.
    mutating func follow(_ status: Int, _ headers: ResponseHeaders, elapsed: Duration) throws(CurlError) -> Bool {
        guard [301, 302, 303, 307, 308].contains(status), let location = headers["location"] else { return false }
        guard case .follow(let maximum) = request.redirects else {
            throw Self.refused("the server answered with a redirect, which is not followed")
        }
        guard followed < maximum else { throw Self.refused("more than \(maximum) redirects") }
        followed += 1
        let here = try RequestTarget(request.url)
        let there = try RequestTarget(location, relativeTo: request.url)
        if here.scheme == "https", there.scheme != "https" { throw Self.refused("a redirect leads from https to http") }
        request.url = there.url
        request.deadline -= elapsed
        if !there.hasSameOrigin(as: here) { dropSecrets() }
        if status == 303 || (status != 307 && status != 308 && request.method == "POST") { becomeGET() }
        return true
    }

    private mutating func dropSecrets() {
        let harmless = ["accept", "accept-language", "content-type", "user-agent"]
        request.headers.removeAll { !harmless.contains($0.0.lowercased()) }
    }

    /// RFC 9110, section 15.4: what follows a POST that was answered with 301, 302 or 303.
    private mutating func becomeGET() {
        guard request.method != "HEAD" else { return }
        request.method = "GET"
        request.body = nil
        request.headers.removeAll { $0.0.lowercased().hasPrefix("content-") }
    }

    private static func refused(_ detail: String) -> CurlError {
        CurlError(.refusedByPolicy, detail, requestMayHaveBeenSent: true)
    }
}
