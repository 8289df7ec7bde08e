import Contracts
import Foundation
import Logging
import Postgres
import ServiceKit
import Support
import Testing

@testable import Gateway

/// A whole gateway on a database of its own, with a scripted provider and a billing that tests set.
struct GatewayFixture: Sendable {
    static let adminKey = "an-operator-key-for-tests-only-0000000000"

    let service: ServiceTestClient
    let provider: FakeProvider
    let billing: FakeBilling
    let database: TestDatabase

    /// - Parameter settings: The gateway's own keys that shall differ.
    static func run(
        settings: [String: String] = [:], _ body: @escaping @Sendable (GatewayFixture) async throws -> Void
    ) async throws {
        let provider = try await FakeProvider.start()
        let billing = try await FakeBilling.start()
        try await withTestDatabase { database in
            let migrator = try MigrationRunner(
                url: database.url(role: "gateway_migrator"), schema: "gateway", migrations: .gateway,
                logger: .quiet)
            try await migrator.up()
            var keys = [
                "ADMIN_KEY": adminKey, "API_KEY_PEPPER": "cGVwcGVyLWZvci10ZXN0cy1vbmx5LTAwMDAwMDAwMDA=",
                "ENVELOPE_KEYS": "test:MDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDA=", "EGRESS_ALLOW": "loopback",
                "SERVICES_USAGE_BILLING_URL": billing.url, "MODEL_FIRST_BYTE_TIMEOUT": "500ms",
                "MODEL_IDLE_TIMEOUT": "500ms", "MODEL_TOTAL_TIMEOUT": "5s",
            ]
            keys.merge(settings) { $1 }
            try await withService(
                App.self, databaseURL: database.url(role: "gateway"), settings: keys, runsWorkers: true
            ) { service in
                try await body(
                    GatewayFixture(service: service, provider: provider, billing: billing, database: database))
            }
        }
        billing.stop()
        await provider.stop()
    }

    // MARK: Operators

    func admin(_ method: String, _ path: String, json: String? = nil) async throws -> ServiceTestResponse {
        try await service.call(
            method, "/admin/v1\(path)", json: json, headers: ["Authorization": "Bearer \(Self.adminKey)"])
    }

    func makeTenant(_ name: String = "Acme", requestsPerMinute: Int? = nil) async throws -> TenantID {
        let rate = requestsPerMinute.map { ", \"requests_per_minute\": \($0)" } ?? ""
        let answer = try await admin("POST", "/tenants", json: "{\"name\": \"\(name)\", \"plan\": \"standard\"\(rate)}")
        #expect(answer.status == 201, "\(answer.text)")
        return try answer.decode(TenantDescription.self).id
    }

    func makeKey(_ tenant: TenantID, roles: [String] = ["tenant-admin"]) async throws -> APIKeyDescription {
        let list = roles.map { "\"\($0)\"" }.joined(separator: ",")
        let answer = try await admin(
            "POST", "/tenants/\(tenant)/api-keys", json: "{\"name\": \"test\", \"roles\": [\(list)]}")
        #expect(answer.status == 201, "\(answer.text)")
        return try answer.decode()
    }

    /// - Parameters:
    ///   - server: Another fake than the fixture's own.
    ///   - priority: The smallest number is asked first.
    func makeProvider(
        _ tenant: TenantID, models: [String] = ["fake-chat", "fake-embedding", "missing-model", "fault-*"],
        name: String = "fake", server: FakeProvider? = nil, priority: Int = 100
    ) async throws -> ProviderDescription {
        let provider = server ?? self.provider
        let list = models.map { "\"\($0)\"" }.joined(separator: ",")
        let answer = try await admin(
            "POST", "/tenants/\(tenant)/providers",
            json: """
                {"name": "\(name)", "kind": "openai-compatible", "base_url": "\(provider.baseURL)",
                 "api_key": "\(provider.apiKey ?? "")", "models": [\(list)], "priority": \(priority)}
                """)
        #expect(answer.status == 201, "\(answer.text)")
        return try answer.decode()
    }

    /// A tenant with a key and the fake provider.
    func makeCustomer(roles: [String] = ["tenant-admin"], requestsPerMinute: Int? = nil) async throws -> Customer {
        let tenant = try await makeTenant(requestsPerMinute: requestsPerMinute)
        _ = try await makeProvider(tenant)
        let key = try await makeKey(tenant, roles: roles)
        return Customer(fixture: self, tenant: tenant, keyID: key.id, key: try #require(key.key))
    }

    // MARK: The journal

    func usage(of tenant: TenantID) throws -> [UsageEvent] {
        try service.journal(.usage).map { try WireFormat.decoder().decode(UsageEvent.self, from: Data($0.utf8)) }
            .filter { $0.tenant == tenant }
    }

    func audit(of tenant: TenantID) throws -> [AuditRecord] {
        try service.journal(.audit).map { try WireFormat.decoder().decode(AuditRecord.self, from: Data($0.utf8)) }
            .filter { $0.tenant == tenant && $0.actor != "operator" }
    }
}

/// Somebody with an API key.
struct Customer: Sendable {
    let fixture: GatewayFixture
    let tenant: TenantID
    let keyID: APIKeyID
    let key: String

    func call(
        _ method: String, _ path: String, json: String? = nil, headers: [String: String] = [:]
    ) async throws -> ServiceTestResponse {
        try await fixture.service.call(
            method, path, json: json, headers: headers.merging(["Authorization": "Bearer \(key)"]) { $1 })
    }

    func chat(
        model: String = "fake-chat", stream: Bool = false, extra: String = ""
    ) async throws -> ServiceTestResponse {
        let streaming = stream ? ", \"stream\": true" : ""
        return try await call(
            "POST", "/v1/chat/completions",
            json: """
                {"model": "\(model)", "messages": [{"role": "user", "content": "hello there"}]\(streaming)\(extra)}
                """)
    }
}
