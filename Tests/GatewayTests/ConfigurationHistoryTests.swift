import Contracts
import Foundation
import ServiceKit
import Support
import Testing

@testable import Gateway

@Suite("What a tenant's configuration was", .serialized)
struct ConfigurationHistoryTests {
    private static func path(_ tenant: TenantID) -> String { "/tenants/\(tenant)/config/versions" }

    @Test("versions are listed newest first, page by page, and a page goes on where the one before it ended")
    func list() async throws {
        try await GatewayFixture.run { fixture in
            let tenant = try await fixture.makeTenant()
            let path = Self.path(tenant)
            let none = try await fixture.admin("GET", path).decode(Page<TenantConfigurationChange>.self)
            #expect(none.data.isEmpty && none.nextCursor == nil)
            for _ in 1...5 { _ = try await fixture.admin("PUT", "/tenants/\(tenant)/config", json: "{}") }
            let first = try await fixture.admin("GET", "\(path)?limit=2").decode(Page<TenantConfigurationChange>.self)
            #expect(first.data.map(\.version) == [5, 4])
            // A version that is put in the meantime belongs to no later page.
            _ = try await fixture.admin("PUT", "/tenants/\(tenant)/config", json: "{}")
            var cursor = try #require(first.nextCursor)
            let second = try await fixture.admin("GET", "\(path)?limit=2&cursor=\(cursor)")
                .decode(Page<TenantConfigurationChange>.self)
            #expect(second.data.map(\.version) == [3, 2])
            cursor = try #require(second.nextCursor)
            let last = try await fixture.admin("GET", "\(path)?limit=2&cursor=\(cursor)")
                .decode(Page<TenantConfigurationChange>.self)
            #expect(last.data.map(\.version) == [1] && last.nextCursor == nil)
            #expect(try await fixture.admin("GET", "\(path)?limit=0").status == 422)
            #expect(try await fixture.admin("GET", "\(path)?cursor=nonsense").status == 422)
        }
    }

    @Test("a version is shown as it was put, and put again it is in force again")
    func show() async throws {
        try await GatewayFixture.run { fixture in
            let tenant = try await fixture.makeTenant()
            let config = "/tenants/\(tenant)/config"
            let put = try await fixture.admin("PUT", config, json: #"{"models": {"allowed": ["gpt-*"]}}"#)
            _ = try await fixture.admin("PUT", config, json: "{}")
            let shown = try await fixture.admin("GET", "\(Self.path(tenant))/1")
            #expect(shown.status == 200, "\(shown.text)")
            let old = try JSONValue(parsing: shown.bytes)
            #expect(old["config"]?.compactText == #"{"models":{"allowed":["gpt-*"]}}"#)
            #expect(try shown.decode(TenantConfigurationVersion.self) == put.decode(TenantConfigurationVersion.self))
            let again = try await fixture.admin("PUT", config, json: try #require(old["config"]?.compactText))
            let back = try again.decode(TenantConfigurationVersion.self)
            #expect(back.version == 3 && back.config.models.allowed == ["gpt-*"])
        }
    }

    @Test("a number that is none, a tenant that is none, and another tenant's version are 404")
    func missing() async throws {
        try await GatewayFixture.run { fixture in
            let (tenant, other) = (try await fixture.makeTenant(), try await fixture.makeTenant("Other"))
            _ = try await fixture.admin("PUT", "/tenants/\(tenant)/config", json: "{}")
            for version in ["0", "2", "-1", "x", "1.0", "99999999999999999999"] {
                #expect(try await fixture.admin("GET", "\(Self.path(tenant))/\(version)").status == 404, "\(version)")
            }
            #expect(try await fixture.admin("GET", "\(Self.path(other))/1").status == 404)
            #expect(try await fixture.admin("GET", Self.path(TenantID())).status == 404)
            let list = try await fixture.admin("GET", Self.path(other)).decode(Page<TenantConfigurationChange>.self)
            #expect(list.data.isEmpty)
        }
    }
}
