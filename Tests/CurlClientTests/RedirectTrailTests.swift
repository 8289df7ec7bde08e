import Testing

@testable import CurlClient

@Suite("Redirects")
struct RedirectTrailTests {
    private func trail(_ url: String, method: String = "POST", _ policy: RedirectPolicy = .follow(maximum: 3))
        -> RedirectTrail
    {
        let headers = [("Authorization", "Bearer t"), ("X-Api-Key", "k"), ("Accept", "a/b"), ("Content-Type", "c/d")]
        return RedirectTrail(OutgoingRequest(method: method, url: url, headers: headers, body: [1], redirects: policy))
    }

    private func location(_ url: String) -> ResponseHeaders { ResponseHeaders([("Location", url)]) }

    @Test("an answer without a Location or with another status is no redirect")
    func notARedirect() throws {
        var trail = trail("http://a/")
        #expect(try !trail.follow(200, location("http://b/"), elapsed: .zero))
        #expect(try !trail.follow(304, location("http://b/"), elapsed: .zero))
        #expect(try !trail.follow(302, ResponseHeaders(), elapsed: .zero))
    }

    @Test("a redirect is refused unless the request allows it", arguments: [301, 302, 303, 307, 308])
    func refused(status: Int) {
        var trail = trail("http://a/", .refuse)
        let error = #expect(throws: CurlError.self) { try trail.follow(status, location("http://b/"), elapsed: .zero) }
        #expect(error?.code == .refusedByPolicy)
    }

    @Test("within one origin everything is sent again, and a relative target is resolved")
    func sameOrigin() throws {
        var trail = trail("http://a:80/x/y?q")
        #expect(try trail.follow(307, location("../z"), elapsed: .seconds(10)))
        #expect(trail.request.url == "http://a:80/z" || trail.request.url == "http://a/z")
        #expect(trail.request.method == "POST")
        #expect(trail.request.body == [1])
        #expect(trail.request.headers.count == 4)
        #expect(trail.request.deadline == .seconds(20))
    }

    @Test("another origin gets no credentials", arguments: ["http://b/", "http://a:81/", "https://a/", "//b/"])
    func otherOrigin(target: String) throws {
        var trail = trail("http://a/")
        #expect(try trail.follow(308, location(target), elapsed: .zero))
        #expect(trail.request.headers.map(\.0) == ["Accept", "Content-Type"])
    }

    @Test("a POST becomes a GET after 301, 302 and 303", arguments: [301, 302, 303])
    func becomesGET(status: Int) throws {
        var trail = trail("http://a/")
        #expect(try trail.follow(status, location("/b"), elapsed: .zero))
        #expect(trail.request.method == "GET")
        #expect(trail.request.body == nil)
        #expect(!trail.request.headers.contains { $0.0 == "Content-Type" })
    }

    @Test("the chain is bounded")
    func bounded() throws {
        var trail = trail("http://a/", .follow(maximum: 2))
        #expect(try trail.follow(307, location("/b"), elapsed: .zero))
        #expect(try trail.follow(307, location("/c"), elapsed: .zero))
        #expect(throws: CurlError.self) { try trail.follow(307, location("/d"), elapsed: .zero) }
    }

    @Test("a redirect from https to http is refused")
    func downgrade() {
        var trail = trail("https://a/")
        #expect(throws: CurlError.self) { try trail.follow(307, location("http://a/"), elapsed: .zero) }
    }

    @Test(
        "the target of a redirect is validated like a first request",
        arguments: ["file:///etc/passwd", "http://u:p@b/"])
    func validated(target: String) throws {
        var trail = trail("http://a/")
        #expect(throws: CurlError.self) {
            _ = try trail.follow(307, location(target), elapsed: .zero)
            try trail.request.validate()
        }
    }
}
