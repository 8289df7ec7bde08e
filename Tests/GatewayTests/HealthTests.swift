import Contracts
import CurlClient
import Foundation
import HTTPTypes
import Logging
import Observability
import Resilience
import Support
import Testing

@testable import Gateway

@Suite("How targets fare")
struct HealthTests {
    private static func fixture() -> RoutingFixture {
        var fixture = RoutingFixture()
        fixture.add("p", ["m", "n"])
        return fixture
    }

    @Test("a circuit opens after failures, lets a few calls through after its rest, and closes when they are well")
    func circuit() {
        let fixture = Self.fixture()
        let health = fixture.health("p", "m")
        fixture.report("p", "m", .failed, times: TargetHealth.breaker.failures - 1)
        #expect(health.state(at: fixture.start) == .healthy)
        fixture.report("p", "m", .failed)
        let until = fixture.start + TargetHealth.breaker.cooldown
        #expect(health.state(at: fixture.start) == .open(until: until))
        #expect(health.state(at: until) == .probing)
        // Two calls find out; a third is one too many until they have.
        let first = health.began(at: until)
        let second = health.began(at: until)
        #expect(first != nil && second != nil)
        #expect(health.state(at: until) == .open(until: until))
        health.ended(first, .answered(firstToken: nil, total: .seconds(1)), of: fixture.providers[0], at: until)
        health.ended(second, .answered(firstToken: nil, total: .seconds(1)), of: fixture.providers[0], at: until)
        #expect(health.state(at: until) == .healthy)
        #expect(health.snapshot(at: until).underWay == 0)
        // Another model of the same provider was never concerned.
        #expect(fixture.health("p", "n").state(at: fixture.start) == .healthy)
    }

    @Test("refusals of requests say that the target is well; clients that go say nothing")
    func neutral() {
        let fixture = Self.fixture()
        fixture.report("p", "m", .failed, times: TargetHealth.breaker.failures - 1)
        fixture.report("p", "m", .refused, times: TargetHealth.breaker.window)
        fixture.report("p", "m", .failed)
        #expect(fixture.health("p", "m").state(at: fixture.start) == .healthy)
        fixture.report("p", "n", .abandoned, times: 50)
        #expect(fixture.health("p", "n").snapshot(at: fixture.start).failureShare == nil)
    }

    @Test("a provider that does not say when to come back is left alone longer each time, and then forgiven")
    func unstated() {
        let fixture = Self.fixture()
        var waits: [Duration] = []
        var now = Duration.zero
        for _ in 0..<8 {
            fixture.report("p", "m", .throttled(retryAfter: nil), at: now)
            guard case .coolingDown(let until) = fixture.health("p", "m").state(at: fixture.start + now) else { break }
            waits.append((fixture.start + now).duration(to: until))
            now += waits[waits.count - 1]
        }
        #expect(waits == [1, 2, 4, 8, 16, 30, 30, 30].map { .seconds($0) })
        #expect(fixture.health("p", "m").state(at: fixture.start + now) == .healthy)
        fixture.report("p", "m", .answered(firstToken: nil, total: .seconds(1)), at: now)
        fixture.report("p", "m", .throttled(retryAfter: nil), at: now)
        #expect(
            fixture.health("p", "m").state(at: fixture.start + now)
                == .coolingDown(until: fixture.start + now + .seconds(1)))
    }

    @Test("a provider that fails and says when to come back is left alone until then, and its circuit counts a failure")
    func unavailable() throws {
        var fixture = RoutingFixture()
        fixture.add("away", ["m"])
        fixture.add("there", ["m"])
        fixture.report("away", "m", .unavailable(retryAfter: .seconds(20)))
        let health = fixture.health("away", "m")
        #expect(health.state(at: fixture.start) == .coolingDown(until: fixture.start + .seconds(20)))
        #expect(health.refusal(at: fixture.start) == fixture.start + .seconds(20))
        #expect(health.snapshot(at: fixture.start).failureShare == 1)
        #expect(try fixture.plan("m") == ["there/m"])
        #expect(try fixture.plan("m", after: .seconds(20)) == ["away/m", "there/m"])
        fixture.report("away", "m", .unavailable(retryAfter: .seconds(1)), times: TargetHealth.breaker.failures - 1)
        // A shorter time does not end the longer one, and the circuit has opened.
        #expect(health.state(at: fixture.start) == .coolingDown(until: fixture.start + .seconds(20)))
        #expect(health.providerToCheck(at: fixture.start) != nil)
    }

    @Test(
        "503 is a cooldown when it says how long, and a failure like any other when it does not",
        arguments: ["retry-after", "retry-after-ms", "x-ratelimit-reset-requests", ""])
    func serviceUnavailable(header: String) {
        let fields = [(header, "7"), ("x-ratelimit-remaining-requests", "0")]
        let failure = ProviderFailure(
            status: 503, headers: ResponseHeaders(fields),
            error: OpenAIError(status: 503, message: "away", type: "server_error"))
        switch (AttemptResult(failure), header) {
        case (.unavailable(.seconds(7)), "retry-after"), (.unavailable(.milliseconds(100)), "retry-after-ms"):
            #expect(failure.error.status == 503 && failure.blame == .limit)
            #expect(failure.error.headers[.retryAfter] == (header == "retry-after" ? "7" : nil))
        case (.failed, "x-ratelimit-reset-requests"), (.failed, ""):
            #expect(failure.error.status == 502 && failure.blame == .provider)
        default: Issue.record("\(header): \(AttemptResult(failure))")
        }
    }

    @Test("two keys of a vendor cool down by themselves")
    func keys() throws {
        var fixture = RoutingFixture()
        fixture.add("key1", ["m"])
        fixture.add("key2", ["m"])
        fixture.report("key1", "m", .throttled(retryAfter: .seconds(20)))
        #expect(try fixture.plan("m") == ["key2/m"])
        #expect(try fixture.plan("m", after: .seconds(20)) == ["key1/m", "key2/m"])
    }

    @Test("an attempt that nobody ends is abandoned, and one that is ended twice counts once")
    func attempts() throws {
        let fixture = Self.fixture()
        let target = try #require(try fixture.plan(RouteQuestion(model: "m")).targets.first)
        do {
            let attempt = fixture.router.health.began(target)
            #expect(target.health.snapshot(at: .now).underWay == 1)
            _ = attempt
        }
        #expect(target.health.snapshot(at: .now).underWay == 0)
        let attempt = fixture.router.health.began(target)
        for _ in 0..<10 { fixture.router.health.ended(attempt, .failed) }
        #expect(target.health.state(at: .now) == .healthy)
        #expect(target.health.snapshot(at: .now).underWay == 0)
    }

    @Test("latencies are means of what was lately, and are forgotten")
    func latencies() throws {
        let fixture = Self.fixture()
        let health = fixture.health("p", "m")
        for second in 0..<20 {
            fixture.report(
                "p", "m", .answered(firstToken: .milliseconds(100), total: .seconds(1)), at: .seconds(second))
        }
        let steady = health.snapshot(at: fixture.start + .seconds(20))
        #expect(abs((steady.firstToken ?? 0) - 0.1) < 1e-9 && abs((steady.total ?? 0) - 1) < 1e-9)
        for second in 20..<140 {
            fixture.report(
                "p", "m", .answered(firstToken: .milliseconds(900), total: .seconds(3)), at: .seconds(second))
        }
        let slow = try #require(health.snapshot(at: fixture.start + .seconds(140)).total)
        #expect(slow > 2.8 && slow < 3)
        #expect(health.snapshot(at: fixture.start + .seconds(2_000)).total == nil)
    }

    @Test("the number of targets in memory is bounded, and the metrics show the circuits")
    func bounded() {
        let metrics = MetricsRegistry()
        let board = HealthBoard(metrics: metrics)
        let (tenant, provider) = (TenantID(), ProviderID())
        for index in 0..<100_000 {
            _ = board.health(of: TargetKey(tenant: tenant, provider: provider, model: "m\(index)"))
        }
        #expect(board.snapshots(of: tenant).count <= 40_000)
        let place = ModelProvider.fake("p", id: provider)
        let health = board.health(of: TargetKey(tenant: tenant, provider: provider, model: "m"))
        for _ in 0..<TargetHealth.breaker.failures {
            health.ended(health.began(at: .now), .failed, of: place, at: .now)
        }
        #expect(
            metrics.text().contains("model_target_health{model=\"m\",provider=\"\(provider)\",tenant=\"\(tenant)\"} 0"))
        #expect(metrics.text().contains("model_target_openings_total"))
        #expect(board.targetsToCheck(10).count == 1)
        health.answeredCheck()
        #expect(metrics.text().contains("tenant=\"\(tenant)\"} 0.5"))
        #expect(board.targetsToCheck(10).isEmpty)
    }

    @Test("an open circuit ends its rest when the provider answers a check, and not while it fails")
    func checks() async throws {
        let server = try await FakeProvider.start()
        var fixture = RoutingFixture()
        fixture.providers = [
            .fake("up", baseURL: server.baseURL, apiKey: server.apiKey),
            .fake("down", baseURL: "http://127.0.0.1:1/v1"),
            .fake("wrong-key", baseURL: server.baseURL, apiKey: "sk-wrong"),
        ]
        for provider in fixture.providers {
            let health = fixture.health(provider.name, "m")
            for _ in 0..<TargetHealth.breaker.failures {
                health.ended(health.began(at: .now), .failed, of: provider, at: .now + .seconds(600))
            }
        }
        let client = CurlClient(
            configuration: CurlConfiguration(egress: .unrestricted), reactor: try SharedReactor.get(), logger: .quiet)
        await TargetChecks(board: fixture.router.health, client: client, logger: .quiet).round()
        #expect(fixture.health("up", "m").state(at: .now) == .probing)
        for name in ["down", "wrong-key"] {
            if case .open = fixture.health(name, "m").state(at: .now) { continue }
            Issue.record("\(name) is thought to be well")
        }
        await server.stop()
    }
}
