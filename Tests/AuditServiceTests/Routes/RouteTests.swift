import Contracts
import Cryptography
import Foundation
import ServiceKit
import Support
import Testing

@testable import AuditService

@Suite("Routes of audit-service", .timeLimit(.minutes(5)))
struct RouteTests {
    static let settings = [
        "AUDIT_SIGNING_KEY": Base64.encode(AuditFixture.seed), "AUDIT_LOG_NAME": AuditFixture.logName,
    ]

    let tenant = TenantID()
    var auditor: Caller { TestTrust.caller(tenant, roles: [.auditor]) }

    func withRoutes(_ body: @escaping @Sendable (ServiceTestClient, AuditFixture) async throws -> Void) async throws {
        try await withAudit { audit in
            try await withService(
                App.self, databaseURL: audit.database.url(role: "audit"), settings: Self.settings
            ) { service in
                try await body(service, audit)
            }
        }
    }

    func json(_ value: some Encodable) throws -> String {
        String(decoding: try WireFormat.encoder().encode(value), as: UTF8.self)
    }

    /// Recent, so that the route's clock admits them.
    func records(_ count: Int, service: ServiceName = .gateway) -> [AuditRecord] {
        (0..<count).map { number in
            var record = SampleProof.record(tenant, number, service: service)
            record.occurredAt = Date(timeIntervalSince1970: Date().timeIntervalSince1970.rounded())
            return record
        }
    }

    @Test("what is reported is accepted once, listed, proven, and verified offline from the answers' own bytes")
    func wholeWay() async throws {
        try await withRoutes { service, _ in
            let records = records(5)
            let path = "/internal/v1/audit/records"
            let batch = try json(Batch(items: records))
            let first = try await service.call("POST", path, json: batch, asService: .gateway)
            #expect(try first.decode(BatchReceipt.self) == BatchReceipt(accepted: 5, duplicates: 0))
            let again = try await service.call("POST", path, json: batch, asService: .gateway)
            #expect(try again.decode(BatchReceipt.self) == BatchReceipt(accepted: 0, duplicates: 5))

            let page = try await service.call("GET", "/v1/audit/events?limit=2", as: auditor)
            let events = try page.decode(Page<LoggedAuditEvent>.self)
            #expect(events.data.map(\.record) == [records[4], records[3]])
            let cursor = try #require(events.nextCursor)
            let next = try await service.call("GET", "/v1/audit/events?limit=2&cursor=\(cursor)", as: auditor)
            #expect(try next.decode(Page<LoggedAuditEvent>.self).data.map(\.record) == [records[2], records[1]])
            let filtered = try await service.call("GET", "/v1/audit/events?actor=api_key%3A3", as: auditor)
            #expect(try filtered.decode(Page<LoggedAuditEvent>.self).data.map(\.record) == [records[3]])

            let id = records[2].id
            let one = try await service.call("GET", "/v1/audit/events/\(id)", as: auditor)
            #expect(try one.decode(LoggedAuditEvent.self).record == records[2])
            let proof = try await service.call("GET", "/v1/audit/events/\(id)/proof", as: auditor)
            let key = try await service.call("GET", "/v1/audit/key", as: auditor)
            let verification = Verification(proofJSON: Data(proof.bytes), keyText: key.text)
            #expect(verification.holds)
            #expect(verification.text.contains(id.description))
            let checkpoint = try await service.call("GET", "/v1/audit/checkpoint", as: auditor)
            #expect(try proof.decode(AuditProof.self).checkpoint == checkpoint.text)
            let consistency = try await service.call("GET", "/v1/audit/consistency?from=2", as: auditor)
            #expect(try consistency.decode(AuditConsistencyProof.self).to == 5)
        }
    }

    @Test("a service cannot write records in another's name; its other records are accepted")
    func otherService() async throws {
        try await withRoutes { service, _ in
            let batch = Batch(items: records(2) + records(1, service: .ragService))
            let answer = try await service.call(
                "POST", "/internal/v1/audit/records", json: json(batch), asService: .ragService)
            let receipt = try answer.decode(BatchReceipt.self)
            #expect(receipt.accepted == 1)
            #expect(receipt.rejected.map(\.index) == [0, 1])
        }
    }

    @Test("another tenant's record is not found; a key without the right is told so; nobody gets in")
    func isolation() async throws {
        try await withRoutes { service, audit in
            let records = records(3)
            try await audit.append(records, in: tenant)
            let stranger = TestTrust.caller(TenantID(), roles: [.auditor])
            for path in ["/v1/audit/events/\(records[0].id)", "/v1/audit/events/\(records[0].id)/proof"] {
                #expect(try await service.call("GET", path, as: stranger).status == 404)
                #expect(try await service.call("GET", path, as: auditor).status == 200)
            }
            #expect(
                try await service.call("GET", "/v1/audit/events", as: stranger).decode(Page<LoggedAuditEvent>.self)
                    .data.isEmpty)
            let key = try await service.call("GET", "/v1/audit/key", as: stranger).text
            #expect(key != (try await service.call("GET", "/v1/audit/key", as: auditor).text))
            let member = TestTrust.caller(tenant, roles: [.member, .viewer, .agent])
            for path in ["/v1/audit/events", "/v1/audit/checkpoint", "/v1/audit/key", "/v1/audit/consistency?from=0"] {
                #expect(try await service.call("GET", path, as: member).status == 403)
            }
            #expect(try await service.call("GET", "/v1/audit/events/nonsense", as: auditor).status == 404)
            for query in ["from=9", "from=2&to=1", "from=x", ""] {
                #expect(try await service.call("GET", "/v1/audit/consistency?\(query)", as: auditor).status == 422)
            }
        }
    }

    @Test("nobody gets past the door of any route but the health checks")
    func everyRoute() async throws {
        try await withService(App.self, settings: Self.settings) { service in
            let open: Set<String> = ["/healthz", "/readyz", "/metrics"]
            let closed = service.routes.filter { !open.contains($0.path) }
            #expect(closed.count >= 7)
            for route in closed where route.method != "HEAD" {
                let path = route.path.replacingOccurrences(of: "{id}", with: TenantID().description)
                let answer = try await service.call(route.method, path)
                #expect(answer.status == 401, "\(route)")
            }
        }
    }

    @Test("without PostgreSQL the answer is 503, so that the sender keeps its batch")
    func databaseAway() async throws {
        try await withService(App.self, settings: Self.settings) { service in
            let batch = try json(Batch(items: records(1)))
            let answer = try await service.call("POST", "/internal/v1/audit/records", json: batch, asService: .gateway)
            #expect(answer.status == 503)
        }
    }

    @Test("a service without a signing key does not start", arguments: ["", "short", Base64.encode([1, 2, 3])])
    func missingKey(_ key: String) async throws {
        await #expect(throws: SettingsError.self) {
            try await withService(App.self, settings: ["AUDIT_SIGNING_KEY": key]) { _ in }
        }
    }
}
