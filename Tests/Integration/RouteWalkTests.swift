import Contracts
import Foundation
import ServiceKit
import Support
import Testing

@testable import AgentRunner
@testable import AuditService
@testable import Gateway
@testable import PromptService
@testable import RagService
@testable import UsageBilling

/// Calls every route of every service as nobody and as a stranger: another tenant with a key of its own that may do all.
@Suite("Every route, for nobody and for a stranger", .serialized)
struct RouteWalkTests {
    @Test("the walk knows every route that is registered, and no other")
    func complete() async throws {
        for service in ServiceName.allCases {
            let registered = Set(
                try await Self.routes(of: service).map(\.description).filter { !$0.hasPrefix("HEAD ") })
            let walked = Set(RouteWalk.table(service).keys)
            let passages = registered.filter { service == .gateway && Self.isPassage($0) }
            #expect(registered.subtracting(passages).subtracting(walked).isEmpty, "\(service.rawValue): not walked")
            #expect(walked.subtracting(registered).isEmpty, "\(service.rawValue): walked but gone")
        }
    }

    @Test("every public route of every service is described in docs/openapi.yaml, which the gateway serves")
    func described() async throws {
        let served = try await PlainHTTP().get(SharedConstellation.value.url(.gateway) + "/openapi.yaml")
        let sections = served.text.components(separatedBy: "\n  /").dropFirst().map { "/" + $0 }
        for service in ServiceName.allCases {
            for route in RouteWalk.table(service).keys where !route.contains(" /internal/") {
                let method = route.prefix { $0 != " " }.lowercased()
                let path = route.drop { $0 != "/" }.replacingOccurrences(of: "models/**", with: "models/{model}")
                let section = sections.first { $0.hasPrefix("\(path):\n") } ?? ""
                #expect(section.contains("\n    \(method):\n"), "\(route) is not described")
            }
        }
    }

    @Test("without credentials, every route but the open ones answers 401", arguments: ServiceName.allCases)
    func nobody(service: ServiceName) async throws {
        let constellation = try await SharedConstellation.value
        let victim = RouteWalk.Belongings(
            tenant: "\(TenantID())", key: "", document: "\(DocumentID())", ticket: "\(TicketID())", run: "\(RunID())",
            auditEvent: "\(AuditEventID())", file: FileID().wire, batch: BatchID().wire)
        for (route, access) in RouteWalk.table(service) {
            let answer = try await Self.send(
                route, PlainHTTP(headers: [("X-Tenant-Id", victim.tenant)]), constellation.url(service), victim, access)
            if case .open = access {
                #expect([200, 503].contains(answer.status), "\(service.rawValue) \(route): \(answer.status)")
            } else {
                #expect(
                    answer.status == 401, "\(service.rawValue) \(route): \(answer.status) \(answer.text.prefix(200))")
            }
        }
    }

    @Test("a stranger finds nothing of another tenant on any route, whatever it asks for and whatever it claims to be")
    func stranger() async throws {
        let constellation = try await SharedConstellation.value
        let victim = try await Self.victim(constellation)
        let stranger = try await DemoTenant.create(on: constellation, name: "Stranger")
        // The same documents as the victim's: what the stranger finds must be its own.
        _ = try await stranger.learn(title: "VPN error 809", content: MainRoadTests.article)
        let http = PlainHTTP(
            headers: stranger.http.headers + [
                ("X-Tenant-Id", victim.tenant), ("X-Asterism-Tenant", victim.tenant),
            ])
        for service in ServiceName.allCases {
            for (route, access) in RouteWalk.table(service) {
                guard case .tenant = access else { continue }
                let answer = try await Self.send(route, http, constellation.url(.gateway), victim, access)
                let (_, namesSomething) = RouteWalk.path(route, naming: victim)
                if namesSomething {
                    #expect(answer.status == 404, "\(route): \(answer.status) \(answer.text.prefix(200))")
                }
                for secret in [
                    victim.tenant, victim.document, victim.ticket, victim.run, victim.auditEvent, victim.file,
                    victim.batch, "secret word",
                ] {
                    #expect(!answer.text.contains(secret), "\(route) tells \(secret)")
                }
            }
        }
        let kept = try await PlainHTTP(bearer: victim.key).get(
            constellation.url(.gateway) + "/v1/documents/\(victim.document)")
        #expect(kept.status == 200, "the stranger has deleted or changed the victim's document")
    }

    @Test("a context that was not signed by one of us is refused, whatever key comes with it")
    func forged() async throws {
        let constellation = try await SharedConstellation.value
        let tenant = try await DemoTenant.create(on: constellation, name: "Forger")
        for context in ["forged", "a.b.c", "eyJhbGciOiJub25lIn0.eyJpc3MiOiJnYXRld2F5In0."] {
            let answer = try await PlainHTTP(headers: tenant.http.headers + [("X-Asterism-Context", context)]).get(
                constellation.url(.gateway) + "/v1/documents")
            #expect(answer.status == 401)
        }
    }

    @Test("a tenant's key opens no route of operators and no route between services, by any path")
    func upwards() async throws {
        let constellation = try await SharedConstellation.value
        let tenant = try await DemoTenant.create(on: constellation, name: "Climber")
        let victim = RouteWalk.Belongings(
            tenant: tenant.id, key: "", document: tenant.id, ticket: tenant.id, run: tenant.id, auditEvent: tenant.id)
        for (route, access) in RouteWalk.gateway {
            guard case .operators = access else { continue }
            let answer = try await Self.send(route, tenant.http, constellation.url(.gateway), victim, access)
            #expect(answer.status == 401 || answer.status == 403, "\(route): \(answer.status)")
        }
        for climb in [
            "/v1/usage/../../internal/v1/prices", "/v1/usage/%2e%2e/%2e%2e/internal/v1/prices",
            "/v1/audit/..%2f..%2finternal/v1/audit/records", "/v1/budgets/../../admin/v1/prices",
        ] {
            let answer = try await tenant.http.send("GET", constellation.url(.gateway) + climb)
            #expect(answer.status == 404, "\(climb): \(answer.status) \(answer.text.prefix(200))")
        }
    }

    // MARK: Parts

    /// A tenant with one of everything.
    private static func victim(_ constellation: Constellation) async throws -> RouteWalk.Belongings {
        let tenant = try await DemoTenant.create(on: constellation, name: "Victim")
        let document = try await tenant.learn(
            title: "VPN error 809", content: MainRoadTests.article + "\nThe secret word is quokka: secret word.")
        let ticket = try await tenant.post("/v1/tickets", #"{"title":"VPN error 809","description":"secret word"}"#)
        let triage = try await tenant.post("/v1/tickets/triage", #"{"title":"VPN error 809","description":"home"}"#)
        _ = try await tenant.post(
            "/v1/prompts", #"{"name":"secret.prompt","messages":[{"role":"user","content":"secret word"}]}"#)
        let (file, batch) = try await Self.batch(of: tenant, constellation)
        let events = try await eventually {
            try await tenant.get("/v1/audit/events")
        } until: {
            ($0.json("data") as? [Any])?.isEmpty == false
        }
        return RouteWalk.Belongings(
            tenant: tenant.id, key: tenant.key, document: document, ticket: try #require(ticket.string("id")),
            run: try #require(triage.string("run_id")),
            auditEvent: try #require(events.json("data", 0, "id") as? String), file: file, batch: batch)
    }

    /// A file of a tenant, and a batch that reads it.
    private static func batch(
        of tenant: DemoTenant, _ constellation: Constellation
    ) async throws -> (file: String, batch: String) {
        let form = """
            --b\r\nContent-Disposition: form-data; name="purpose"\r\n\r\nbatch\r
            --b\r\nContent-Disposition: form-data; name="file"; filename="secret word.jsonl"\r\n\r\nsecret word\r
            --b--\r\n
            """
        let uploaded = try await tenant.http.send(
            "POST", constellation.url(.gateway) + "/v1/files", body: Array(form.utf8),
            headers: [("Content-Type", "multipart/form-data; boundary=b")])
        let file = try #require(uploaded.string("id"))
        let created = try await tenant.post(
            "/v1/batches",
            #"{"input_file_id":"\#(file)","endpoint":"/v1/embeddings","completion_window":"24h"}"#)
        return (file, try #require(created.string("id")))
    }

    private static func send(
        _ route: String, _ http: PlainHTTP, _ base: String, _ victim: RouteWalk.Belongings, _ access: RouteWalk.Access
    ) async throws -> PlainAnswer {
        let method = String(route.prefix { $0 != " " })
        var body: String? = ["POST", "PUT"].contains(method) ? "{}" : nil
        if case .tenant(let own) = access, let own { body = own }
        let type = route.hasSuffix("/import") ? "application/x-ndjson" : "application/json"
        return try await http.send(
            method, base + RouteWalk.path(route, naming: victim).path, body: body.map { Array($0.utf8) },
            headers: body == nil ? [] : [("Content-Type", type)])
    }

    /// `GET /v1/documents/**` and its like: the gateway only passes them on.
    private static func isPassage(_ route: String) -> Bool {
        let path = route.drop { $0 != "/" }
        return ServiceRoutes.groups.contains { path == "/v1/\($0.path)" || path == "/v1/\($0.path)/**" }
    }

    private static func routes(of service: ServiceName) async throws -> [RouteTable.Route] {
        switch service {
        case .gateway: try await routes(Gateway.App.self)
        case .ragService: try await routes(RagService.App.self)
        case .agentRunner: try await routes(AgentRunner.App.self)
        case .promptService: try await routes(PromptService.App.self)
        case .usageBilling: try await routes(UsageBilling.App.self)
        case .auditService: try await routes(AuditService.App.self)
        }
    }

    private static func routes<Definition: ServiceDefinition>(_ app: Definition.Type) async throws -> [RouteTable.Route]
    {
        try await withService(app, settings: Self.settings) { $0.routes }
    }

    /// Keys of the services' own that have no default.
    private static let settings = [
        "ADMIN_KEY": "admin-key-of-the-route-walk-000000000000",
        "API_KEY_PEPPER": Data(repeating: 7, count: 32).base64EncodedString(),
        "ENVELOPE_KEYS": "k1:" + Data(repeating: 8, count: 32).base64EncodedString(),
        "AUDIT_SIGNING_KEY": Data(repeating: 9, count: 32).base64EncodedString(),
        "AUDIT_LOG_NAME": "asterism.test/audit",
    ]
}
