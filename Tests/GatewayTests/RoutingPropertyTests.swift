import Contracts
import Foundation
import HTTPTypes
import Testing

@testable import Gateway

/// Random tenants, asked random questions, in random health.
@Suite("Routing, whatever the tenant")
struct RoutingPropertyTests {
    private static let models = ["gpt-a", "gpt-b", "claude-a", "claude-b", "local"]
    private static let regions: [String?] = ["eu", "us", nil]

    private struct World {
        var fixture = RoutingFixture()
        var cooling: Set<TargetKey> = []

        init(_ seed: UInt64) {
            var generator = SeededGenerator(seed)
            for index in 0..<Int.random(in: 1...6, using: &generator) {
                let patterns = RoutingPropertyTests.models.filter { _ in Bool.random(using: &generator) }
                fixture.add(
                    "p\(index)", patterns.isEmpty ? ["gpt-*"] : patterns,
                    priority: Int.random(in: 1...3, using: &generator),
                    region: RoutingPropertyTests.regions.randomElement(using: &generator) ?? nil,
                    weight: Int.random(in: 1...9, using: &generator))
            }
            if Bool.random(using: &generator) { fixture.models.residency = ["eu"] }
            if Bool.random(using: &generator) { fixture.models.allowed = ["gpt-*", "local"] }
            fixture.models.policy = RoutingPolicy.allCases.randomElement(using: &generator) ?? .priority
            fixture.models.fallbacks = ["gpt-a": ["claude-a", "mix"]]
            let targets = RoutingPropertyTests.models.shuffled(using: &generator).prefix(3).map { model in
                TenantConfiguration.Target(model: model, weight: Int.random(in: 1...5, using: &generator))
            }
            fixture.alias(
                "mix", RoutingPolicy.allCases.randomElement(using: &generator) ?? .priority,
                sticky: Bool.random(using: &generator), targets)
            fixture.price(["gpt-a": 5, "gpt-b": 1, "claude-a": 3])
            harm(&generator)
        }

        private mutating func harm(_ generator: inout SeededGenerator) {
            for provider in fixture.providers {
                for model in RoutingPropertyTests.models {
                    switch Int.random(in: 0..<6, using: &generator) {
                    case 0: fixture.fail(provider.name, model)
                    case 1:
                        fixture.report(provider.name, model, .throttled(retryAfter: .seconds(60)))
                        cooling.insert(fixture.health(provider.name, model).key)
                    case 2:
                        let total = Duration.milliseconds(Int.random(in: 10...900, using: &generator))
                        fixture.report(provider.name, model, .answered(firstToken: nil, total: total))
                    default: break
                    }
                }
            }
        }

        /// Every place that the configuration permits under a name, by a rule of its own.
        func permitted(_ name: String) -> Set<TargetKey> {
            var names = fixture.models.aliases[name]?.targets.map(\.model) ?? [name]
            if let chain = fixture.models.fallbacks[name] {
                names += chain.flatMap { fixture.models.aliases[$0]?.targets.map(\.model) ?? [$0] }
            }
            var keys: Set<TargetKey> = []
            for provider in fixture.providers {
                if let regions = fixture.models.residency, !regions.contains(provider.region ?? "-") { continue }
                for model in names where provider.models.contains(where: { $0.matches(model) }) {
                    if fixture.models.allowed != nil, model.hasPrefix("claude") { continue }
                    keys.insert(TargetKey(tenant: fixture.tenant, provider: provider.id, model: model))
                }
            }
            return keys
        }
    }

    @Test("a plan is an order of permitted places, each once, none that takes no more, and the broken ones last")
    func permutation() throws {
        var plans = 0
        for seed in UInt64(1)...400 {
            let world = World(seed)
            for name in Self.models + ["mix"] {
                let permitted = world.permitted(name)
                let expected = permitted.subtracting(world.cooling)
                let question = RouteQuestion(model: name, promptTokens: 100, answerTokens: 10, conversation: "c\(seed)")
                do throws(OpenAIError) {
                    let plan = try world.fixture.plan(question, random: seed)
                    let keys = plan.targets.map(\.health.key)
                    #expect(Set(keys).count == keys.count)
                    #expect(Set(keys).isSubset(of: expected), "seed \(seed), \(name)")
                    #expect(keys.count == min(expected.count, RoutePlan.maximumTargets), "seed \(seed), \(name)")
                    let broken = plan.targets.map { target in
                        if case .open = target.health.state(at: world.fixture.start) { true } else { false }
                    }
                    #expect(broken == broken.sorted { !$0 && $1 }, "seed \(seed), \(name)")
                    #expect(plan.decision.text.utf8.count <= RouteDecision.maximumBytes)
                    #expect(throws: Never.self) {
                        try JSONSerialization.jsonObject(with: Data(plan.decision.text.utf8))
                    }
                    plans += 1
                } catch {
                    #expect(expected.isEmpty, "seed \(seed), \(name): \(error.message)")
                    #expect(permitted.isEmpty ? [403, 404].contains(error.status) : error.status == 429)
                    if error.status == 429 { #expect(error.headers[.retryAfter] == "60") }
                }
            }
        }
        #expect(plans > 500)
    }

    @Test("the same question in the same state has the same answer")
    func deterministic() throws {
        for seed in UInt64(1)...50 {
            let world = World(seed)
            let question = RouteQuestion(model: "mix", conversation: "c")
            let first = try? world.fixture.plan(question, random: seed).targets.map(\.health.key)
            let second = try? world.fixture.plan(question, random: seed).targets.map(\.health.key)
            #expect(first == second)
        }
    }

    @Test(
        "a conversation keeps its target when another comes, and only those of one that goes move",
        arguments: [
            RoutingPolicy.weighted, .leastBusy, .lowestLatency, .availability,
        ])
    func sticky(policy: RoutingPolicy) throws {
        var fixture = RoutingFixture()
        for index in 0..<5 { fixture.add("p\(index)", ["m\(index)"]) }
        func targets(_ count: Int) -> [TenantConfiguration.Target] {
            (0..<count).map { TenantConfiguration.Target(model: "m\($0)", weight: $0 + 1) }
        }
        func homes(_ fixture: RoutingFixture, random: UInt64) throws -> [String] {
            let profile = fixture.profile
            return try (0..<2_000).map { index in
                try fixture.router.plan(
                    RouteQuestion(model: "a", conversation: "conversation-\(index)"), for: profile, prices: nil,
                    now: fixture.start, random: random
                ).targets[0].model
            }
        }
        fixture.alias("a", policy, sticky: true, targets(4))
        let before = try homes(fixture, random: 1)
        #expect(before == (try homes(fixture, random: 2)))
        fixture.alias("a", policy, sticky: true, targets(5))
        let after = try homes(fixture, random: 3)
        for (old, new) in zip(before, after) { #expect(new == old || new == "m4") }
        // 5 of the 15 shares are the new one's.
        #expect((500...830).contains(after.count { $0 == "m4" }))
        // An unhealthy target's conversations go elsewhere, the others stay where they are.
        fixture.fail("p4", "m4")
        let away = try homes(fixture, random: 4)
        #expect(away == before)
    }

    @Test("weights are honoured over ten thousand draws")
    func weights() throws {
        var fixture = RoutingFixture()
        for name in ["a", "b", "c"] { fixture.add(name, [name]) }
        fixture.add("c2", ["c"], weight: 3)
        fixture.alias(
            "w", .weighted, [.init(model: "a", weight: 6), .init(model: "b", weight: 3), .init(model: "c", weight: 1)])
        let profile = fixture.profile
        var generator = SeededGenerator(7)
        var counts: [String: Int] = [:]
        for _ in 0..<10_000 {
            let plan = try fixture.router.plan(
                RouteQuestion(model: "w"), for: profile, prices: nil, now: fixture.start, random: generator.next())
            counts[plan.targets[0].provider.name, default: 0] += 1
        }
        // Five standard deviations of a binomial count.
        for (name, share) in [("a", 0.6), ("b", 0.3), ("c", 0.025), ("c2", 0.075)] {
            let expected = 10_000 * share
            let bound = 5 * (10_000 * share * (1 - share)).squareRoot()
            #expect(abs(Double(counts[name] ?? 0) - expected) < bound, "\(counts)")
        }
    }
}
