import Testing

@testable import CurlClient

@Suite("Egress policy")
struct EgressPolicyTests {
    @Test(
        "an internal address is refused",
        arguments: [
            "0.0.0.0", "0.1.2.3", "10.0.0.1", "10.255.255.255", "100.64.0.1", "100.100.100.200", "100.127.255.255",
            "127.0.0.1", "127.255.0.1", "169.254.169.254", "172.16.0.1", "172.31.255.255", "192.0.0.8", "192.0.2.1",
            "192.168.1.1", "198.18.0.1", "198.51.100.7", "203.0.113.9", "224.0.0.1", "239.255.255.250", "240.0.0.1",
            "255.255.255.255", "168.63.129.16",
            "::", "::1", "fe80::1", "fec0::1", "fc00::1", "fd00:ec2::254", "ff02::1", "100::1", "2001:db8::1",
            "2001::1", "3fff::1", "5f00::1", "64:ff9b:1::1",
            "::ffff:127.0.0.1", "::ffff:169.254.169.254", "::ffff:10.0.0.1", "::127.0.0.1", "::7f00:1",
            "64:ff9b::127.0.0.1", "64:ff9b::a9fe:a9fe", "2002:7f00:1::", "2002:a9fe:a9fe::1", "2002:a00:1::1",
        ])
    func refused(text: String) throws {
        let address = try #require(IPAddress(text))
        #expect(!EgressPolicy().allows(address, host: "example.com", port: 443))
    }

    @Test(
        "a public address is allowed",
        arguments: [
            "1.1.1.1", "8.8.8.8", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "126.255.255.255",
            "128.0.0.1", "169.253.255.255", "169.255.0.0", "172.15.255.255", "172.32.0.0", "192.167.255.255",
            "192.169.0.0", "198.17.255.255", "198.20.0.0", "223.255.255.255", "2606:4700::1111", "2a00:1450::1",
            "::ffff:8.8.8.8", "64:ff9b::8.8.8.8", "2002:808:808::1",
        ])
    func allowed(text: String) throws {
        let address = try #require(IPAddress(text))
        #expect(EgressPolicy().allows(address, host: "example.com", port: 443))
    }

    @Test("loopback can be excepted, and nothing else with it")
    func loopback() throws {
        let policy = try EgressPolicy(allowing: ["loopback"])
        for text in ["127.0.0.1", "127.1.2.3", "::1", "::ffff:127.0.0.1"] {
            #expect(policy.allows(try #require(IPAddress(text)), host: "x", port: 1))
        }
        for text in ["10.0.0.1", "169.254.169.254", "::"] {
            #expect(!policy.allows(try #require(IPAddress(text)), host: "x", port: 1))
        }
    }

    @Test("a block excepts its addresses, wrapped ones too, and not its neighbours")
    func block() throws {
        let policy = try EgressPolicy(allowing: [" 10.1.0.0/16 ", "fd12::/16", "192.168.7.7"])
        for text in ["10.1.0.0", "10.1.255.255", "::ffff:10.1.2.3", "fd12::1", "192.168.7.7"] {
            #expect(policy.allows(try #require(IPAddress(text)), host: "x", port: 1), "\(text)")
        }
        for text in ["10.0.255.255", "10.2.0.0", "fd13::1", "192.168.7.8"] {
            #expect(!policy.allows(try #require(IPAddress(text)), host: "x", port: 1), "\(text)")
        }
    }

    @Test("a host and port excepts just that pair, whatever it resolves to")
    func endpoint() throws {
        let policy = try EgressPolicy(allowing: ["Models.Internal:8080", "[fd00::5]:443", "10.0.0.9:80"])
        let inside = try #require(IPAddress("10.9.9.9"))
        #expect(policy.allows(inside, host: "models.internal", port: 8080))
        #expect(policy.allows(inside, host: "MODELS.internal.", port: 8080))
        #expect(!policy.allows(inside, host: "models.internal", port: 8081))
        #expect(!policy.allows(inside, host: "evil.models.internal", port: 8080))
        #expect(policy.allows(try #require(IPAddress("fd00::5")), host: "fd00::5", port: 443))
        #expect(policy.allows(try #require(IPAddress("10.0.0.9")), host: "10.0.0.9", port: 80))
        #expect(!policy.allows(try #require(IPAddress("10.0.0.9")), host: "10.0.0.9", port: 81))
    }

    @Test("an empty entry is skipped")
    func emptyEntry() throws {
        let policy = try EgressPolicy(allowing: ["", "  "])
        #expect(!policy.allows(try #require(IPAddress("127.0.0.1")), host: "x", port: 1))
    }

    @Test(
        "an exception that is none of the three kinds is refused with its text",
        arguments: ["localhost", "10.0.0.0/33", "10.0.0/8", "host:0", "host:65536", "host:", ":80", "a b/c:80", "*:80"])
    func malformed(entry: String) {
        #expect(throws: EgressPolicyError(entry: entry)) { try EgressPolicy(allowing: [entry]) }
    }

    @Test("the unrestricted policy allows every address")
    func unrestricted() throws {
        let address = try #require(IPAddress("169.254.169.254"))
        #expect(EgressPolicy.unrestricted.allows(address, host: "x", port: 1))
    }
}
