import Testing

@testable import CurlClient

@Suite("What may be sent")
struct OutgoingRequestTests {
    private func code(_ request: OutgoingRequest) -> CurlError.Code? {
        do throws(CurlError) {
            try request.validate()
            return nil
        } catch {
            return error.code
        }
    }

    @Test(
        "a usual request is accepted",
        arguments: ["http://a", "https://a.example/p?q=1#f", "HTTP://A:80", "http://[::1]:8080/x", "http://a/b@c?d@e"])
    func accepted(url: String) {
        #expect(code(OutgoingRequest(url: url, headers: [("X-A", "b\tc"), ("E", "")])) == nil)
    }

    @Test(
        "another scheme is refused by policy",
        arguments: [
            "file:///etc/passwd", "ftp://a", "gopher://a", "a.example", "//a", "http:/a", "http:a", "", "httpx://a",
        ])
    func scheme(url: String) {
        #expect(code(OutgoingRequest(url: url)) == .refusedByPolicy)
    }

    @Test(
        "a URL that could be read in two ways is refused",
        arguments: [
            "http://user@a", "http://user:pw@a/", "http://a@b?x", "https://@a", "http://a b", "http://a\r\nX: y",
            "http://a\0", "http://a\u{7f}", "http://a\\@b", "http://", "http:///p", "http://?q",
        ])
    func ambiguous(url: String) {
        #expect(code(OutgoingRequest(url: url)) == .invalidRequest)
    }

    @Test("a method that is no token is refused", arguments: ["", "GET /", "G\r\nT", "G\0T", "GÉT", "GET\n"])
    func method(method: String) {
        #expect(code(OutgoingRequest(method: method, url: "http://a")) == .invalidRequest)
    }

    @Test(
        "a header that would break its line or its framing is refused",
        arguments: [
            ("X", "a\r\nY: b"), ("X", "a\n"), ("X", "\0"), ("X\r\nY", "b"), ("X:", "b"), ("", "b"), ("X Y", "b"),
            ("X", "a\u{7f}"), ("Content-Length", "3"), ("transfer-encoding", "chunked"),
        ])
    func header(name: String, value: String) {
        #expect(code(OutgoingRequest(url: "http://a", headers: [(name, value)])) == .invalidRequest)
    }

    @Test("HEAD with a body is refused")
    func headWithBody() {
        #expect(code(OutgoingRequest(method: "HEAD", url: "http://a", body: [1])) == .invalidRequest)
    }

    @Test("an error names neither the path nor a header's value")
    func errorsKeepSecrets() {
        let request = OutgoingRequest(url: "http://a/secret", headers: [("X", "hidden\n")])
        #expect(throws: CurlError(.invalidRequest, "the value of header X holds a control character")) {
            try request.validate()
        }
    }
}
