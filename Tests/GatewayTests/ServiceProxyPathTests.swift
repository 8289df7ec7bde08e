import Testing

@testable import Gateway

@Suite("Paths that are passed on")
struct ServiceProxyPathTests {
    @Test(
        "a path that climbs out of its group is not passed on, however it is written",
        arguments: [
            "/v1/usage/../../internal/v1/leases", "/v1/usage/%2e%2e/%2E%2E/internal/v1/leases", "/v1/usage/./events",
            "/v1/usage/.%2e/x", "/v1/usage/..%2finternal", "/v1/usage/a%5c..%5cb", "/v1/usage/%zz",
        ])
    func climbs(path: String) {
        #expect(ServiceProxy.climbs(path))
    }

    @Test(
        "ordinary paths are",
        arguments: [
            "/v1/usage/costs", "/v1/prompts/a.b..c", "/v1/prompts/caf%C3%A9", "/v1/documents/", "/v1/prompts/...",
        ])
    func ordinary(path: String) {
        #expect(!ServiceProxy.climbs(path))
    }
}
