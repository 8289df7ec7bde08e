import Contracts
import Foundation
import Postgres
import ServiceKit
import Support
import Testing

@testable import UsageBilling

@Suite("Routes of usage-billing", .timeLimit(.minutes(5)))
struct RouteTests {
    let tenant = TenantID()

    func withRoutes(_ body: @escaping @Sendable (ServiceTestClient, BillingFixture) async throws -> Void) async throws {
        try await withBilling { billing in
            try await withService(App.self, databaseURL: billing.database.url(role: "billing")) { service in
                try await body(service, billing)
            }
        }
    }

    func json(_ value: some Encodable) throws -> String {
        String(decoding: try WireFormat.encoder().encode(value), as: UTF8.self)
    }

    @Test("a batch is accepted once, its bad items are refused alone, and the costs show it")
    func batch() async throws {
        try await withRoutes { service, _ in
            let now = Date()
            var bad = sampleEvent(tenant, at: now)
            bad.promptTokens = -1
            let batch = Batch(items: [sampleEvent(tenant, at: now), bad, sampleEvent(TenantID(), at: now)])
            let path = "/internal/v1/usage/events"
            let first = try await service.call("POST", path, json: json(batch), asService: .ragService)
            #expect(first.status == 200)
            let receipt = try first.decode(BatchReceipt.self)
            #expect(receipt.accepted == 2 && receipt.duplicates == 0 && receipt.rejected.map(\.index) == [1])
            let again = try await service.call("POST", path, json: json(batch), asService: .ragService)
            #expect(try again.decode(BatchReceipt.self).duplicates == 2)
            let costs = try await service.call(
                "GET", "/v1/usage/costs?group_by=model", as: TestTrust.caller(tenant, roles: [.viewer]))
            #expect(costs.status == 200)
            #expect(
                costs.text == """
                    {"data":[{"cache_write_tokens":0,"cached_tokens":0,"completion_tokens":10,"cost":"0.000021",\
                    "model":"gpt-4o-mini","prompt_tokens":100,"reasoning_tokens":0,"requests":1,"saved":"0"}],\
                    "total":{"cache_write_tokens":0,"cached_tokens":0,"completion_tokens":10,"cost":"0.000021",\
                    "prompt_tokens":100,"reasoning_tokens":0,"requests":1,"saved":"0"}}
                    """)
            let events = try await service.call("GET", "/v1/usage/events?limit=1", as: TestTrust.caller(tenant))
            #expect(try events.decode(Page<PostedUsageEvent>.self).data.map(\.event.id) == [batch.items[0].id])
        }
    }

    @Test("a batch that is too long, or none at all, is refused whole")
    func badBatches() async throws {
        try await withRoutes { service, _ in
            let path = "/internal/v1/usage/events"
            let long = try json(Batch(items: Array(repeating: sampleEvent(tenant), count: 1_001)))
            for (body, status) in [(long, 422), ("[", 400), ("{}", 400)] {
                let answer = try await service.call("POST", path, json: body, asService: .gateway)
                #expect(answer.status == status)
            }
            let text = try await service.call(
                "POST", path, json: "{}", asService: .gateway, headers: ["Content-Type": "text/plain"])
            #expect(text.status == 415)
        }
    }

    @Test("a budget is set by an operator, leased by a gateway, exhausted with 402, and seen by its tenant")
    func budget() async throws {
        try await withRoutes { service, _ in
            let admin = "/admin/v1/tenants/\(tenant)/budget"
            let set = try await service.call("PUT", admin, json: #"{"monthly": "0.00001"}"#, asService: .gateway)
            #expect(set.status == 200)
            func lease(_ need: Int64) async throws -> ServiceTestResponse {
                try await service.call(
                    "POST", "/internal/v1/leases",
                    json: json(LeaseRequest(tenant: tenant, replica: "one", needPicoUSD: need)), asService: .gateway)
            }
            let granted = try await lease(6_000_000)
            #expect(granted.status == 200)
            let grant = try granted.decode(LeaseGrant.self)
            let refused = try await lease(6_000_000)
            #expect(refused.status == 402)
            #expect(refused.problem?.code == .budgetExhausted)
            let path = "/internal/v1/leases/\(try #require(grant.lease))/close"
            let closed = try await service.call(
                "POST", path, json: json(LeaseClosing(spentPicoUSD: 1_000_000, tenant: tenant)), asService: .gateway)
            #expect(closed.status == 204)
            let stranger = try await service.call(
                "POST", path, json: json(LeaseClosing(spentPicoUSD: 0, tenant: TenantID())), asService: .gateway)
            #expect(stranger.status == 404)
            let seen = try await service.call("GET", "/v1/budgets", as: TestTrust.caller(tenant))
            let status = try #require(try seen.decode(BudgetList.self).data.first)
            #expect(status.limit.description == "0.00001")
            #expect(status.reserved.description == "0.000001")
            #expect(status.available.description == "0.000009")
            let reconciled = try await service.call(
                "POST", "/internal/v1/leases/reconcile", json: json(LeaseReconciliation(replica: "one")),
                asService: .gateway)
            #expect(try reconciled.decode(LeaseReconciliationReceipt.self).released == 1)
            let removed = try await service.call("PUT", admin, json: #"{"monthly": null}"#, asService: .gateway)
            #expect(try removed.decode(BudgetList.self).data.isEmpty)
        }
    }

    @Test("an operator reads and publishes prices; a book that is wrong is refused by field")
    func prices() async throws {
        try await withRoutes { service, _ in
            let path = "/admin/v1/prices"
            let book = try await service.call("GET", path, asService: .gateway).decode(PriceBook.self)
            #expect(book.version == 2 && book.prices.count > 30)
            let update =
                #"{"prices": [{"model": "m", "prompt_pico_usd": 5, "completion_pico_usd": 6, "cached_pico_usd": 4}]}"#
            let published = try await service.call("PUT", path, json: update, asService: .gateway)
            #expect(published.status == 200)
            let read = try await service.call("GET", "/internal/v1/prices", asService: .agentRunner)
            #expect(try read.decode(PriceBook.self) == published.decode(PriceBook.self))
            let wrong =
                #"{"prices": [{"model": "", "prompt_pico_usd": -5, "completion_pico_usd": 6, "cached_pico_usd": 4}]}"#
            let refused = try await service.call("PUT", path, json: wrong, asService: .gateway)
            #expect(refused.status == 422)
            #expect(refused.problem?.errors?.map(\.field).contains("prices[0].prompt_pico_usd") == true)
        }
    }

    @Test("a tenant's own token opens no operator route, whatever its roles, and other services none but reports")
    func forbidden() async throws {
        try await withRoutes { service, _ in
            let update = #"{"prices": []}"#
            let caller = TestTrust.caller(tenant, roles: Set(Role.allCases))
            let routes: [(String, String, String?)] = [
                ("PUT", "/admin/v1/prices", update), ("GET", "/admin/v1/prices", nil),
                ("PUT", "/admin/v1/tenants/\(tenant)/budget", #"{"monthly": "1"}"#),
                ("GET", "/admin/v1/tenants/\(tenant)/budget", nil),
            ]
            for (method, path, body) in routes {
                #expect(try await service.call(method, path, json: body, as: caller).status == 403)
                #expect(try await service.call(method, path, json: body, asService: .agentRunner).status == 403)
                #expect(try await service.call(method, path, json: body).status == 401)
            }
            let request = try json(LeaseRequest(tenant: tenant, replica: "one", needPicoUSD: 1))
            #expect(
                try await service.call("POST", "/internal/v1/leases", json: request, asService: .ragService).status
                    == 403)
        }
    }

    @Test("another tenant sees nothing of it, a key without the right is told so, and nobody gets in")
    func isolation() async throws {
        try await withRoutes { service, billing in
            try await billing.post([sampleEvent(tenant, at: Date(), user: "secret")])
            for path in ["/v1/usage/costs?group_by=user", "/v1/usage/events", "/v1/budgets"] {
                let answer = try await service.call("GET", path, as: TestTrust.caller(TenantID()))
                #expect(answer.status == 200)
                #expect(!answer.text.contains("secret"))
                #expect(try await service.call("GET", path).status == 401)
                let agent = TestTrust.caller(tenant, roles: [.agent])
                #expect(try await service.call("GET", path, as: agent).status == 403)
            }
            for query in ["group_by=planet", "from=x", "from=2026-02-02&to=2026-02-01"] {
                let answer = try await service.call("GET", "/v1/usage/costs?\(query)", as: TestTrust.caller(tenant))
                #expect(answer.status == 422)
            }
        }
    }

    @Test("nobody gets past the door of any route but the health checks")
    func everyRoute() async throws {
        try await withService(App.self) { service in
            let open: Set<String> = ["/healthz", "/readyz", "/metrics"]
            let closed = service.routes.filter { !open.contains($0.path) }
            #expect(closed.count >= 12)
            for route in closed where route.method != "HEAD" {
                let path = route.path.replacingOccurrences(of: "{id}", with: TenantID().description)
                let answer = try await service.call(route.method, path)
                #expect(answer.status == 401, "\(route)")
            }
        }
    }

    @Test("without PostgreSQL the answer is 503, so that the sender keeps its batch")
    func databaseAway() async throws {
        try await withService(App.self) { service in
            let batch = try json(Batch(items: [sampleEvent(tenant, at: Date())]))
            let answer = try await service.call("POST", "/internal/v1/usage/events", json: batch, asService: .gateway)
            #expect(answer.status == 503)
        }
    }
}
