import Contracts
import Foundation
import ServiceKit
import Support
import Testing

@testable import Gateway

@Suite("The catalogue of models, and the health of providers, as operators see them", .serialized)
struct CatalogueTests {
    @Test("the catalogue has the vendors' models to begin with, page by page, with their prices")
    func seeded() async throws {
        try await GatewayFixture.run { fixture in
            var names: [String] = []
            var cursor: String?
            repeat {
                let query = cursor.map { "&cursor=\($0)" } ?? ""
                let page = try await fixture.admin("GET", "/models?limit=20\(query)").decode(
                    Page<CatalogueDescription>.self)
                names += page.data.map(\.name)
                cursor = page.nextCursor
            } while cursor != nil
            #expect(names.count > 50 && names == names.sorted() && Set(names).count == names.count)
            #expect(names.contains("gpt-5-mini") && names.contains("claude-sonnet-4-5"))
            let model = try await fixture.admin("GET", "/models/claude-3-5-haiku").decode(CatalogueDescription.self)
            #expect(model.entry.contextTokens == 200_000 && model.entry.successor == "claude-haiku-4-5")
            #expect(model.entry.capabilities.contains(.tools))
            #expect(model.price != nil)
            #expect(try await fixture.admin("GET", "/models/nothing-of-that-name").status == 404)
        }
    }

    @Test("a model is put, changed and deleted, also one with slashes in its name; what is wrong is named")
    func changed() async throws {
        try await GatewayFixture.run { fixture in
            let path = "/models/meta-llama/Llama-9"
            let put = try await fixture.admin(
                "PUT", path, json: #"{"context_tokens": 9000, "capabilities": ["chat", "json_schema"], "note": "ours"}"#
            )
            #expect(put.status == 200, "\(put.text)")
            let model = try put.decode(CatalogueDescription.self)
            #expect(model.name == "meta-llama/Llama-9" && model.entry.capabilities == [.chat, .jsonSchema])
            #expect(try await fixture.admin("GET", path).decode(CatalogueDescription.self) == model)
            #expect(try await fixture.admin("PUT", path, json: #"{"capabilities": []}"#).status == 200)
            #expect(
                try await fixture.admin("GET", path).decode(CatalogueDescription.self).entry
                    == CatalogueEntry(capabilities: []))
            for (json, field) in [
                (#"{}"#, "capabilities"), (#"{"capabilities": ["flight"]}"#, "capabilities[0]"),
                (#"{"capabilities": [], "context_tokens": 0}"#, "context_tokens"),
                (#"{"capabilities": [], "price": 1}"#, "price"),
                (#"{"capabilities": [], "successor": "a b"}"#, "successor"),
            ] {
                let answer = try await fixture.admin("PUT", path, json: json)
                #expect(answer.status == 422 && answer.problem?.errors?.first?.field == field, "\(answer.text)")
            }
            #expect(try await fixture.admin("DELETE", path).status == 204)
            #expect(try await fixture.admin("DELETE", path).status == 404)
        }
    }

    @Test("a change of the catalogue takes effect for every tenant on another gateway too")
    func followed() async throws {
        try await GatewayFixture.run { fixture in
            let customer = try await fixture.makeCustomer()
            try await OtherReplica.run(beside: fixture) { other in
                @Sendable func context() async throws -> Int64? {
                    let profile = try await other.profile(of: customer.tenant)
                    return profile?.routes.route(named: "fake-chat")?.candidates.first?.catalogue?.contextTokens
                }
                #expect(try await context() == nil)
                _ = try await fixture.admin(
                    "PUT", "/models/fake-chat", json: #"{"context_tokens": 1234, "capabilities": ["chat"]}"#)
                try await eventually { try await context() == 1_234 }
                _ = try await fixture.admin("DELETE", "/models/fake-chat")
                try await eventually { try await context() == nil }
            }
        }
    }

    @Test("the names that clients may use are listed: what is allowed, and the aliases")
    func listed() async throws {
        try await GatewayFixture.run { fixture in
            let customer = try await fixture.makeCustomer()
            let answer = try await fixture.admin(
                "PUT", "/tenants/\(customer.tenant)/config",
                json: """
                    {"models": {"allowed": ["fake-*"], "default": "fake-chat",
                      "aliases": {"fast": {"targets": [{"model": "fake-chat"}]}, "gone": {"targets": [{"model": "no"}]}}}}
                    """)
            #expect(answer.status == 200, "\(answer.text)")
            try await eventually {
                try await customer.call("GET", "/v1/models").decode(ModelList.self).data.map(\.id)
                    == ["cheap", "default", "fake-chat", "fake-embedding", "fast"]
            }
            #expect(try await customer.call("GET", "/v1/models/fast").status == 200)
            #expect(try await customer.call("GET", "/v1/models/missing-model").status == 404)
        }
    }

    @Test("each provider's health is shown to operators, and only that of the tenant asked for")
    func health() async throws {
        try await GatewayFixture.run { fixture in
            let customer = try await fixture.makeCustomer()
            let other = try await fixture.makeTenant("Other")
            let health = try await fixture.admin("GET", "/tenants/\(customer.tenant)/health").decode(
                Page<ProviderHealth>.self)
            #expect(health.data.map(\.name) == ["fake"] && health.data.first?.state == .healthy)
            let none = try await fixture.admin("GET", "/tenants/\(other)/health").decode(Page<ProviderHealth>.self)
            #expect(none.data.isEmpty)
            #expect(try await fixture.admin("GET", "/tenants/\(TenantID())/health").status == 404)
        }
    }
}
