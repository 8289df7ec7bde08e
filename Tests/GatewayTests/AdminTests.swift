import Contracts
import Foundation
import Postgres
import ServiceKit
import Support
import Testing

@testable import Gateway

@Suite("Operators", .serialized)
struct AdminTests {
    @Test("tenants are created, shown and listed page by page")
    func tenants() async throws {
        try await GatewayFixture.run { fixture in
            var ids: Set<TenantID> = []
            for name in ["a", "b", "c"] { ids.insert(try await fixture.makeTenant(name)) }
            var seen: Set<TenantID> = []
            var cursor: String?
            repeat {
                let query = cursor.map { "&cursor=\($0)" } ?? ""
                let page = try await fixture.admin("GET", "/tenants?limit=1\(query)").decode(
                    Page<TenantDescription>.self)
                #expect(page.data.count == 1)
                seen.formUnion(page.data.map(\.id))
                cursor = page.nextCursor
            } while cursor != nil
            #expect(seen == ids)
            let id = try #require(ids.first)
            #expect(try await fixture.admin("GET", "/tenants/\(id)").decode(TenantDescription.self).status == .active)
            #expect(try await fixture.admin("GET", "/tenants/\(TenantID())").status == 404)
            #expect(try await fixture.admin("GET", "/tenants/nonsense").status == 404)
        }
    }

    @Test("what is wrong with a tenant, a key or a provider is named")
    func validation() async throws {
        try await GatewayFixture.run { fixture in
            let tenant = try await fixture.makeTenant()
            let wrong: [(String, String, String)] = [
                ("/tenants", "{\"name\": \"  \"}", "name"),
                ("/tenants", "{\"name\": \"a\", \"requests_per_minute\": 0}", "requests_per_minute"),
                ("/tenants", "{}", "name"),
                ("/tenants/\(tenant)/api-keys", "{\"name\": \"k\", \"roles\": [\"service\"]}", "roles"),
                ("/tenants/\(tenant)/api-keys", "{\"name\": \"k\", \"roles\": []}", "roles"),
                (
                    "/tenants/\(tenant)/providers",
                    "{\"name\": \"p\", \"kind\": \"nope\", \"base_url\": \"https://a.example\", \"models\": [\"m\"]}",
                    "kind"
                ),
                (
                    "/tenants/\(tenant)/providers",
                    "{\"name\": \"p\", \"kind\": \"openai\", \"base_url\": \"https://a.example\", \"models\": []}",
                    "models"
                ),
            ]
            for (path, json, field) in wrong {
                let answer = try await fixture.admin("POST", path, json: json)
                #expect(answer.status == 422, "\(json): \(answer.text)")
                #expect(answer.problem?.errors?.first?.field == field, "\(json): \(answer.text)")
            }
            #expect(try await fixture.admin("POST", "/tenants", json: "{\"name\":").status == 400)
            #expect(try await fixture.admin("PATCH", "/tenants").status == 405)
            let absent = "/tenants/\(TenantID())/api-keys"
            #expect(try await fixture.admin("POST", absent, json: "{\"name\": \"k\"}").status == 404)
        }
    }

    @Test("a provider's key is neither returned nor readable in the database")
    func sealedKey() async throws {
        try await GatewayFixture.run { fixture in
            let tenant = try await fixture.makeTenant()
            let provider = try await fixture.makeProvider(tenant)
            #expect(provider.hasAPIKey)
            let list = try await fixture.admin("GET", "/tenants/\(tenant)/providers")
            #expect(!list.text.contains("sk-fake"))
            let pool = try fixture.database.makePool()
            let rows = try await pool.query("SELECT sealed_key FROM gateway.providers")
            let sealed = try #require(rows.first).decode("sealed_key", as: [UInt8].self)
            #expect(!String(decoding: sealed, as: UTF8.self).contains("sk-fake"))
            await pool.shutDown()
            #expect(try await fixture.admin("DELETE", "/tenants/\(tenant)/providers/\(provider.id)").status == 204)
            #expect(try await fixture.admin("DELETE", "/tenants/\(tenant)/providers/\(provider.id)").status == 404)
        }
    }

    @Test("a provider inside of our network is refused when it is set up, and when it is called")
    func serverSideRequestForgery() async throws {
        try await GatewayFixture.run(settings: ["EGRESS_ALLOW": ""]) { fixture in
            let tenant = try await fixture.makeTenant()
            let urls = [
                fixture.provider.baseURL, "http://169.254.169.254/latest", "http://[::1]:8080/v1", "http://10.0.0.1/v1",
                "http://localhost:\(fixture.provider.port)/v1", "http://2130706433/v1", "http://0x7f.1/v1",
                "http://[::ffff:127.0.0.1]/v1", "file:///etc/passwd", "gopher://a.example/",
                "http://user:pw@a.example/",
                "https://a.example/v1?x=1", "http://a.example/\\r\\nX: y",
            ]
            for url in urls {
                let answer = try await fixture.admin(
                    "POST", "/tenants/\(tenant)/providers",
                    json:
                        "{\"name\": \"p\", \"kind\": \"openai-compatible\", \"base_url\": \"\(url)\", \"models\": [\"m\"]}"
                )
                #expect(answer.status == 422, "\(url): \(answer.text)")
                #expect(answer.problem?.errors?.first?.field == "base_url", "\(url): \(answer.text)")
            }
            // One that got in some other way is still not called.
            let pool = try fixture.database.makePool()
            _ = try await pool.query(
                """
                INSERT INTO gateway.providers (tenant_id, id, name, kind, base_url, models, priority)
                VALUES (\(tenant.uuid), \(ProviderID().uuid), 'p', 'openai-compatible', \(fixture.provider.baseURL),
                    \(["m"]), \(Int32(1)))
                """)
            await pool.shutDown()
            let key = try await fixture.makeKey(tenant)
            let customer = Customer(fixture: fixture, tenant: tenant, keyID: key.id, key: key.key ?? "")
            let answer = try await customer.chat(model: "m")
            #expect(answer.status == 502)
            #expect(answer.text.contains("provider_address_refused"))
            #expect(fixture.provider.arrivals.isEmpty)
        }
    }

    @Test("a request that an operator sends again with its idempotency key is done once")
    func idempotency() async throws {
        try await GatewayFixture.run { fixture in
            let headers = ["Authorization": "Bearer \(GatewayFixture.adminKey)", "Idempotency-Key": "once"]
            func post(_ path: String, _ json: String) async throws -> ServiceTestResponse {
                try await fixture.service.call("POST", "/admin/v1\(path)", json: json, headers: headers)
            }
            let first = try await post("/tenants", "{\"name\": \"a\"}")
            let again = try await post("/tenants", "{\"name\": \"a\"}")
            #expect(first.status == 201 && again.status == 201)
            #expect(first.text == again.text)
            #expect(try await post("/tenants", "{\"name\": \"b\"}").problem?.code == .idempotencyConflict)
            let tenant = try first.decode(TenantDescription.self).id
            let key = try await post("/tenants/\(tenant)/api-keys", "{\"name\": \"k\"}")
            #expect(try await post("/tenants/\(tenant)/api-keys", "{\"name\": \"k\"}").text == key.text)
            #expect(try await post("/tenants/\(tenant)/providers", "{}").status == 422)
            #expect(try await post("/tenants/\(tenant)/providers", "{}").status == 422)
            let tenants = try await fixture.admin("GET", "/tenants").decode(Page<TenantDescription>.self)
            #expect(tenants.data.count == 1)
        }
    }

    @Test("what operators do is in the tenant's audit records")
    func evidence() async throws {
        try await GatewayFixture.run { fixture in
            let customer = try await fixture.makeCustomer()
            _ = try await fixture.admin("POST", "/tenants/\(customer.tenant)/suspend")
            let actions = try fixture.service.journal(.audit)
                .map { try WireFormat.decoder().decode(AuditRecord.self, from: Data($0.utf8)) }
                .filter { $0.tenant == customer.tenant }.map(\.action)
            #expect(actions == ["tenant.create", "provider.create", "api_key.create", "tenant.suspend"])
        }
    }
}
