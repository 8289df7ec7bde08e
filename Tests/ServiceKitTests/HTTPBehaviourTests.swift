import Contracts
import Foundation
import HTTPTypes
import ServiceKit
import Support
import Testing

/// What every service does over HTTP, whatever its routes are. PostgreSQL is not there.
@Suite("HTTP behaviour")
struct HTTPBehaviourTests {
    private let caller = TestTrust.caller(TenantID())

    private func withNotes(
        settings: [String: String] = [:], _ body: @escaping @Sendable (ServiceTestClient) async throws -> Void
    ) async throws {
        try await withService(NotesService.self, settings: settings, body)
    }

    @Test("an unknown path is 404, a known one with another method 405 with Allow")
    func unknown() async throws {
        try await withNotes { service async throws in
            let missing = try await service.call("GET", "/v1/nothing")
            #expect(missing.status == 404 && missing.problem?.code == .notFound)
            let wrong = try await service.call("DELETE", "/v1/notes")
            #expect(wrong.status == 405 && wrong.problem?.code == .methodNotAllowed)
            #expect(wrong.headers[.allow] == "GET, HEAD, POST")
            #expect(try await service.call("PUT", "/v1/notes/\(DocumentID())").headers[.allow] == "GET, HEAD")
        }
    }

    @Test("a problem is problem+json and carries the request's id, as does its header")
    func problem() async throws {
        try await withNotes { service async throws in
            let answer = try await service.call("GET", "/v1/nothing", headers: ["X-Request-Id": "abc-1"])
            #expect(answer.headers[.contentType] == "application/problem+json")
            #expect(answer.problem?.requestID == "abc-1")
            #expect(answer.headers[.requestID] == "abc-1")
        }
    }

    @Test(
        "a request id that could forge a log line or a header is replaced",
        arguments: ["a b", "x\"y", String(repeating: "a", count: 129), "é"])
    func forgedID(text: String) async throws {
        try await withNotes { service async throws in
            let answer = try await service.call("GET", "/healthz", headers: ["X-Request-Id": text])
            let id = try #require(answer.headers[.requestID])
            #expect(id != text && id.utf8.count == 36)
        }
    }

    @Test("an unexpected error is a bare 500 that says nothing of its cause")
    func unexpected() async throws {
        try await withNotes { service async throws in
            let answer = try await service.call("GET", "/broken")
            #expect(answer.status == 500 && answer.problem?.code == .internalError)
            #expect(!answer.text.contains("Broken"))
        }
    }

    @Test("without PostgreSQL requests are 503 with Retry-After, and readiness says why")
    func databaseAway() async throws {
        try await withNotes(settings: ["DATABASE_WAIT": "200ms"]) { service async throws in
            let answer = try await service.call("GET", "/v1/notes", as: caller)
            #expect(answer.status == 503, "\(answer.text)")
            #expect(answer.headers[.retryAfter] != nil)
            let ready = try await service.call("GET", "/readyz")
            #expect(ready.status == 503)
            #expect(ready.text.contains("postgres"))
            #expect(try await service.call("GET", "/healthz").status == 200)
        }
    }

    @Test("a body of another media type is 415, none at all too")
    func mediaType() async throws {
        try await withNotes { service async throws in
            for type in ["text/plain", "application/x-www-form-urlencoded", "application/jsonp"] {
                let answer = try await service.call(
                    "POST", "/v1/notes", json: "{}", as: caller, headers: ["Content-Type": type])
                #expect(answer.status == 415, "\(type)")
            }
            #expect(try await service.call("POST", "/v1/notes", as: caller).status == 415)
        }
    }

    @Test("a body that announces more than the limit is 413")
    func tooLarge() async throws {
        try await withNotes(settings: ["HTTP_MAXIMUM_BODY_BYTES": "2048"]) { service async throws in
            let body = Array(repeating: UInt8(ascii: " "), count: 4096)
            let answer = try await service.send("POST", "/v1/notes", body, [:])
            #expect(answer.status == 413 && answer.problem?.code == .bodyTooLarge)
        }
    }

    @Test("every answer has the security headers")
    func headers() async throws {
        try await withNotes { service async throws in
            for path in ["/healthz", "/nothing"] {
                let headers = try await service.call("GET", path).headers
                #expect(headers[.init("x-content-type-options")!] == "nosniff")
                #expect(headers[.cacheControl] == "no-store")
                #expect(headers[.init("content-security-policy")!] != nil)
            }
        }
    }

    @Test("a tenant route without a token is 401, with a token of another audience or a forged one too")
    func unauthenticated() async throws {
        try await withNotes { service async throws in
            #expect(try await service.call("GET", "/v1/notes").status == 401)
            let elsewhere = try TestTrust.token(for: .promptService, as: caller)
            #expect(
                try await service.call("GET", "/v1/notes", headers: [ContextToken.header: elsewhere]).status == 401)
            #expect(try await service.call("GET", "/v1/notes", headers: [ContextToken.header: "a.b.c"]).status == 401)
            #expect(
                try await service.call("GET", "/v1/notes", headers: ["X-Tenant-Id": "\(TenantID())"]).status == 401)
            // A service's own token names no tenant.
            #expect(try await service.call("GET", "/v1/notes", asService: .gateway).status == 401)
        }
    }

    @Test("an internal route knows which service asks, and refuses those it is not for")
    func internalRoutes() async throws {
        try await withNotes { service async throws in
            #expect(try await service.call("GET", "/internal/v1/whoami").status == 401)
            #expect(try await service.call("GET", "/internal/v1/whoami", asService: .gateway).text == "gateway")
            #expect(try await service.call("GET", "/internal/v1/billing-only", asService: .gateway).status == 403)
            #expect(try await service.call("GET", "/internal/v1/billing-only", asService: .usageBilling).status == 204)
        }
    }

    @Test("a role without the permission is 403")
    func forbidden() async throws {
        try await withNotes { service async throws in
            let auditor = TestTrust.caller(TenantID(), roles: [.auditor])
            let answer = try await service.call("GET", "/v1/notes", as: auditor)
            #expect(answer.status == 403 && answer.problem?.code == .forbidden)
        }
    }

    @Test("an id that is none is 404")
    func noID() async throws {
        try await withNotes { service async throws in
            #expect(try await service.call("GET", "/v1/notes/17", as: caller).status == 404)
        }
    }

    @Test(
        "a limit out of bounds or a cursor that is not ours is 422",
        arguments: ["limit=0", "limit=x", "limit=201", "cursor=%25%25", "cursor=e30"])
    func badPage(query: String) async throws {
        try await withNotes { service async throws in
            #expect(try await service.call("GET", "/v1/notes?\(query)", as: caller).status == 422)
        }
    }

    @Test("a streamed answer arrives whole")
    func stream() async throws {
        try await withNotes { service async throws in
            #expect(try await service.call("GET", "/stream").text == "one two three")
        }
    }

    @Test("metrics count by route pattern and never by path")
    func metrics() async throws {
        try await withNotes { service async throws in
            _ = try await service.call("GET", "/v1/notes/\(DocumentID())", as: caller)
            _ = try await service.call("GET", "/who/knows/what")
            let text = try await service.call("GET", "/metrics").text
            #expect(text.contains(#"route="/v1/notes/{id}""#))
            #expect(text.contains("# TYPE http_server_request_duration_seconds histogram"))
            #expect(!text.contains("/who/knows"))
            #expect(text.contains("journal_depth"))
        }
    }

    @Test("the route table lists every route")
    func routes() async throws {
        try await withNotes { service async throws in
            let listed = Set(service.routes.map(\.description))
            #expect(
                listed == [
                    "GET /healthz", "GET /readyz", "GET /metrics", "GET /broken", "GET /stream", "GET /v1/notes",
                    "POST /v1/notes", "GET /v1/notes/{id}", "GET /internal/v1/whoami", "GET /internal/v1/billing-only",
                ])
        }
    }
}
