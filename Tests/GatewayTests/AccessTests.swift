import Contracts
import Foundation
import HTTPTypes
import Postgres
import ServiceKit
import Support
import Testing

@testable import Gateway

@Suite("Who is let in", .serialized)
struct AccessTests {
    @Test("without a key, with half a key, and with a wrong key a request is 401 in the shape of its route")
    func unauthenticated() async throws {
        try await GatewayFixture.run { fixture in
            let customer = try await fixture.makeCustomer()
            let wrong = APIKeyText.generate { count in (0..<count).map { _ in UInt8.random(in: 0...255) } }.reveal()
            for header in ["", "Bearer ", "Basic abc", "Bearer \(customer.key.dropLast())", "Bearer \(wrong)"] {
                let answer = try await fixture.service.call(
                    "GET", "/v1/models", headers: header.isEmpty ? [:] : ["Authorization": header])
                #expect(answer.status == 401, "\(header)")
                #expect(answer.text.contains("\"invalid_api_key\""), "\(answer.text)")
                let problem = try await fixture.service.call(
                    "GET", "/v1/documents", headers: header.isEmpty ? [:] : ["Authorization": header])
                #expect(problem.problem?.code == .unauthenticated)
            }
            #expect(try await customer.call("GET", "/v1/models").status == 200)
        }
    }

    @Test("a revoked key and a suspended tenant are shut out within a second on another gateway too")
    func revocation() async throws {
        try await GatewayFixture.run { fixture in
            let customer = try await fixture.makeCustomer()
            #expect(try await customer.call("GET", "/v1/models").status == 200)
            // As another replica would do it: in the database, without telling this process.
            let pool = try fixture.database.makePool()
            _ = try await pool.query(
                "UPDATE gateway.api_keys SET revoked_at = now() WHERE id = \(customer.keyID.uuid)")
            try await eventually { try await customer.call("GET", "/v1/models").status == 401 }
            let other = try await fixture.makeCustomer()
            #expect(try await other.call("GET", "/v1/models").status == 200)
            _ = try await pool.query(
                "UPDATE gateway.tenants SET status = 'suspended' WHERE tenant_id = \(other.tenant.uuid)")
            try await eventually { try await other.call("GET", "/v1/models").status == 403 }
            await pool.shutDown()
        }
    }

    @Test("an operator revokes a key, and suspends and resumes a tenant")
    func operators() async throws {
        try await GatewayFixture.run { fixture in
            let customer = try await fixture.makeCustomer()
            #expect(try await fixture.admin("POST", "/tenants/\(customer.tenant)/suspend").status == 200)
            try await eventually { try await customer.call("GET", "/v1/models").status == 403 }
            #expect(try await fixture.admin("POST", "/tenants/\(customer.tenant)/resume").status == 200)
            try await eventually { try await customer.call("GET", "/v1/models").status == 200 }
            let path = "/tenants/\(customer.tenant)/api-keys/\(customer.keyID)"
            #expect(try await fixture.admin("DELETE", path).status == 204)
            #expect(try await customer.call("GET", "/v1/models").status == 401)
            #expect(try await fixture.admin("DELETE", path).status == 404)
        }
    }

    @Test("a key of one tenant does nothing in another")
    func tenancy() async throws {
        try await GatewayFixture.run { fixture in
            let one = try await fixture.makeCustomer()
            let other = try await fixture.makeTenant("Other")
            let empty = try await fixture.makeKey(other)
            let answer = try await fixture.service.call(
                "GET", "/v1/models",
                headers: ["Authorization": "Bearer \(empty.key ?? "")", "X-Tenant-Id": one.tenant.description])
            #expect(try answer.decode(ModelList.self).data.isEmpty)
            let foreign = "/tenants/\(other)/api-keys/\(one.keyID)"
            #expect(try await fixture.admin("DELETE", foreign).status == 404)
            #expect(try await one.call("GET", "/v1/models").status == 200)
        }
    }

    @Test("roles decide: a viewer reads and spends nothing, an auditor sees neither models nor documents")
    func roles() async throws {
        try await GatewayFixture.run { fixture in
            let viewer = try await fixture.makeCustomer(roles: ["viewer"])
            #expect(try await viewer.chat().status == 403)
            #expect(try await viewer.call("DELETE", "/v1/documents/x").status == 403)
            // Allowed, but the service is not there.
            #expect(try await viewer.call("GET", "/v1/documents").status == 503)
            let auditor = try await fixture.makeCustomer(roles: ["auditor"])
            #expect(try await auditor.call("GET", "/v1/documents").status == 403)
            #expect(try await auditor.call("GET", "/v1/audit/events").status == 503)
        }
    }

    @Test("past its rate a tenant is told to wait, and how long")
    func rateLimit() async throws {
        try await GatewayFixture.run { fixture in
            let customer = try await fixture.makeCustomer(requestsPerMinute: 12)
            var statuses: [Int] = []
            for _ in 0..<3 { statuses.append(try await customer.call("GET", "/v1/models").status) }
            #expect(statuses == [200, 200, 429])
            let answer = try await customer.call("GET", "/v1/models")
            #expect(answer.text.contains("\"rate_limit_exceeded\""))
            #expect((Int(answer.headers[.retryAfter] ?? "") ?? 0) > 0)
            #expect(answer.headers[.init("RateLimit-Limit")!] == "2")
            let other = try await fixture.makeCustomer()
            #expect(try await other.call("GET", "/v1/models").status == 200)
        }
    }

    @Test("the admin routes take the operator's key and nothing else")
    func adminKey() async throws {
        try await GatewayFixture.run { fixture in
            let customer = try await fixture.makeCustomer()
            for key in [customer.key, "x", GatewayFixture.adminKey + "x", ""] {
                let answer = try await fixture.service.call(
                    "GET", "/admin/v1/tenants", headers: ["Authorization": "Bearer \(key)"])
                #expect(answer.status == 401)
            }
            #expect(try await fixture.service.call("GET", "/admin/v1/tenants").status == 401)
            #expect(try await fixture.admin("GET", "/tenants").status == 200)
        }
    }
}

/// Asks until it is so, a bounded number of times.
func eventually(_ condition: @Sendable () async throws -> Bool) async throws {
    for _ in 0..<200 {
        if try await condition() { return }
        try await Task.sleep(for: .milliseconds(50))
    }
    Issue.record("it never came to be so")
}
