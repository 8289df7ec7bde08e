import Contracts
import Foundation
import Postgres
import ServiceKit
import Support
import Testing

@testable import Gateway

/// Where a provider may be: no address within, however it is written, neither when it is set up nor when it is called.
@Suite("Addresses of providers", .serialized)
struct ProviderAddressTests {
    private static func creation(_ url: String) -> String {
        """
        {"name": "p", "kind": "openai-compatible", "base_url": "\(url)", "api_key": "sk-fake-0000", "models": ["m"]}
        """
    }

    /// Loopback, private, link-local and carrier-grade addresses and the metadata services of clouds: by name, as one
    /// number, in hexadecimal, in octal, cut short, and wrapped in IPv6.
    private static let inside = [
        "http://127.0.0.1/v1", "http://localhost/v1", "http://LocalHost/v1", "http://2130706433/v1",
        "http://0x7f000001/v1", "http://0x7f.1/v1", "http://0177.0.0.1/v1", "http://127.1/v1", "http://0/v1",
        "http://[::1]/v1", "http://[::]/v1", "http://[::ffff:127.0.0.1]/v1", "http://[::ffff:7f00:1]/v1",
        "http://[64:ff9b::7f00:1]/v1", "http://[2002:7f00:1::]/v1", "http://169.254.169.254/latest/meta-data",
        "http://2852039166/v1", "http://0xa9fea9fe/v1", "http://[::ffff:169.254.169.254]/v1",
        "http://[fd00:ec2::254]/v1", "http://[fe80::1%25lo]/v1", "http://100.100.100.200/v1",
        "http://168.63.129.16/v1", "http://10.0.0.1/v1", "http://192.168.0.1/v1", "http://172.16.0.1/v1",
        "http://100.64.0.1/v1", "https://127.0.0.1:5432/v1",
    ]

    @Test("one that leads inside is refused when it is set up, whatever way it is written")
    func setUp() async throws {
        try await GatewayFixture.run(settings: ["EGRESS_ALLOW": ""]) { fixture in
            let tenant = try await fixture.makeTenant()
            for url in Self.inside {
                let answer = try await fixture.admin("POST", "/tenants/\(tenant)/providers", json: Self.creation(url))
                #expect(answer.status == 422, "\(url): \(answer.text)")
                #expect(answer.problem?.errors?.map(\.field) == ["base_url"], "\(url): \(answer.text)")
            }
            let list = try await fixture.admin("GET", "/tenants/\(tenant)/providers")
            #expect(try list.decode(Page<ProviderDescription>.self).data.isEmpty)
        }
    }

    @Test("what is no plain address of a server is refused")
    func malformed() async throws {
        try await GatewayFixture.run { fixture in
            let tenant = try await fixture.makeTenant()
            for url in [
                "http://user:secret@127.0.0.1/v1", "http://user@127.0.0.1/v1", "http://127.0.0.1#@public.example/v1",
                "http://127.0.0.1/v1?x=1", "http://127.0.0.1/v1#x", "http:///v1", "//127.0.0.1/v1", "127.0.0.1",
                "file:///etc/passwd", "gopher://127.0.0.1:6379/_x", "ftp://127.0.0.1/", "unix:///run/postgresql",
                "http://127.0.0.1\\\\@public.example/v1", "http://public.example\\\\.inside/v1", "http://a b/v1",
                "http://127.0.0.1/v1\\r\\nX-Evil: 1", "http://127.0.0.1/\\u0000", "http://①②⑦.0.0.1/v1",
                "http://\(String(repeating: "a", count: 2_001))/v1", "",
            ] {
                let answer = try await fixture.admin("POST", "/tenants/\(tenant)/providers", json: Self.creation(url))
                #expect(answer.status == 422, "\(url): \(answer.status) \(answer.text)")
                #expect(answer.problem?.errors?.map(\.field) == ["base_url"], "\(url): \(answer.text)")
                #expect(!answer.text.contains("secret"), "\(answer.text)")
            }
            #expect(fixture.provider.arrivals.isEmpty)
        }
    }

    @Test("one that leads inside by the time it is called is refused at its socket, and the key goes nowhere")
    func insideLater() async throws {
        try await GatewayFixture.run { fixture in
            let superuser = try fixture.database.makePool()
            for url in [
                "http://169.254.169.254/v1", "http://10.0.0.1/v1", "http://[::ffff:169.254.169.254]/v1",
                "http://0xa9fea9fe/v1", "http://[fd00:ec2::254]/v1",
            ] {
                let customer = try await fixture.makeCustomer()
                // As a name that has come to point elsewhere does.
                _ = try await superuser.query(
                    "UPDATE gateway.providers SET base_url = \(url) WHERE tenant_id = \(customer.tenant.uuid)")
                try await eventually {
                    let answer = try await customer.chat()
                    return answer.status == 502 && answer.text.contains("provider_address_refused")
                }
                let streamed = try await customer.chat(stream: true)
                #expect(
                    streamed.status == 502 && streamed.text.contains("provider_address_refused"), "\(streamed.text)")
            }
            await superuser.shutDown()
        }
    }

    @Test("a provider that sends the gateway elsewhere is not followed, neither inside nor at all")
    func redirect() async throws {
        let inside = try ScriptedTCPServer([.answerEach("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")])
        try await GatewayFixture.run { fixture in
            for status in [301, 302, 303, 307, 308] {
                for target in [inside.url, "http://169.254.169.254/latest/meta-data", "file:///etc/passwd"] {
                    let answer = "HTTP/1.1 \(status) Go\r\nLocation: \(target)\r\nContent-Length: 0\r\n\r\n"
                    let server = try ScriptedTCPServer([.answerEach(answer)])
                    let customer = try await Self.customer(fixture, of: server.url)
                    for streamed in [false, true] {
                        let answer = try await customer.chat(model: "m", stream: streamed)
                        #expect(answer.status == 502, "\(status) \(target): \(answer.text)")
                        #expect(!answer.text.contains("169.254") && !answer.text.contains("passwd"), "\(answer.text)")
                    }
                    #expect(server.connectionCount > 0)
                }
            }
        }
        #expect(inside.connectionCount == 0)
    }

    private static func customer(_ fixture: GatewayFixture, of url: String) async throws -> Customer {
        let tenant = try await fixture.makeTenant()
        let made = try await fixture.admin("POST", "/tenants/\(tenant)/providers", json: creation(url))
        #expect(made.status == 201, "\(made.text)")
        let key = try await fixture.makeKey(tenant)
        return Customer(fixture: fixture, tenant: tenant, keyID: key.id, key: try #require(key.key))
    }
}
