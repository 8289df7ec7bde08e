import Contracts
import Foundation
import Resilience
import ServiceKit

@testable import Gateway

/// Random numbers that come again for the same seed (SplitMix64).
struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64

    init(_ seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 &+ 1 }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        return RendezvousHash.mixed(state)
    }
}

extension ModelProvider {
    /// One that speaks OpenAI's interface.
    static func fake(
        _ name: String, id: ProviderID = ProviderID(), baseURL: String? = nil, apiKey: String? = nil,
        models: [String] = ["m"], priority: Int = 100, region: String? = nil, weight: Int = 1
    ) -> ModelProvider {
        let settings = ProviderSettings(baseURL: baseURL ?? "http://\(name).example/v1", apiKey: apiKey)
        guard let adapter = try? OpenAICompatibleAdapter(settings) else { preconditionFailure("settings of a test") }
        return ModelProvider(
            id: id, name: name, adapter: adapter,
            models: models.map(ModelPattern.init), priority: priority, region: region, weight: weight)
    }
}

/// A tenant's routes without a database.
struct RoutingFixture {
    let tenant = TenantID()
    let router = ModelRouter(health: HealthBoard())
    /// A moment to count from; tests never wait.
    let start = ContinuousClock.now
    var providers: [ModelProvider] = []
    var models = TenantConfiguration.Models()
    var catalogue = ModelCatalogue.empty
    var prices: PriceTable?

    @discardableResult
    mutating func add(
        _ name: String, _ models: [String], priority: Int = 100, region: String? = nil, weight: Int = 1
    ) -> ModelProvider {
        let provider = ModelProvider.fake(
            name, models: models, priority: priority, region: region, weight: weight)
        providers.append(provider)
        return provider
    }

    mutating func alias(
        _ name: String, _ policy: RoutingPolicy, sticky: Bool = false, _ targets: [TenantConfiguration.Target]
    ) {
        models.aliases[name] = TenantConfiguration.Alias(policy: policy, targets: targets, sticky: sticky)
    }

    mutating func price(_ prices: [String: Int64]) {
        self.prices = PriceTable(
            PriceBook(
                version: 1,
                prices: prices.map {
                    ModelPrice(
                        model: $0.key, promptPicoUSD: $0.value, completionPicoUSD: $0.value, cachedPicoUSD: $0.value)
                }, fallback: ModelPrice(model: "*", promptPicoUSD: 99, completionPicoUSD: 99, cachedPicoUSD: 99)))
    }

    /// To be kept when more than one plan is made: it is what a profile in memory is.
    var profile: TenantProfile {
        let description = TenantDescription(
            id: tenant, name: "t", plan: "p", status: .active, requestsPerMinute: 1, createdAt: Date())
        return TenantProfile(
            tenant: description,
            scope: .operated(by: OperatorProof(adminKeyWasCheckedFor: tenant, action: "test")),
            models: ModelDirectory(providers), settings: TenantConfiguration(models: models), catalogue: catalogue)
    }

    func plan(
        _ question: RouteQuestion, after: Duration = .zero, random: UInt64 = 0
    ) throws(OpenAIError) -> RoutePlan {
        try router.plan(question, for: profile, prices: prices, now: start + after, random: random)
    }

    func plan(_ model: String, after: Duration = .zero, random: UInt64 = 0) throws(OpenAIError) -> [String] {
        try plan(RouteQuestion(model: model), after: after, random: random).targets.map {
            "\($0.provider.name)/\($0.model)"
        }
    }

    func health(_ provider: String, _ model: String) -> TargetHealth {
        let id = providers.first { $0.name == provider }?.id ?? ProviderID()
        return router.health.health(of: TargetKey(tenant: tenant, provider: id, model: model))
    }

    /// Reports attempts at a target, `at` after the start.
    func report(
        _ provider: String, _ model: String, _ result: AttemptResult, times: Int = 1, at: Duration = .zero
    ) {
        guard let place = providers.first(where: { $0.name == provider }) else { return }
        let health = health(provider, model)
        for _ in 0..<times {
            let permit = health.began(at: start + at)
            health.ended(permit, result, of: place, at: start + at)
        }
    }

    /// Opens the circuit of a target.
    func fail(_ provider: String, _ model: String, at: Duration = .zero) {
        report(provider, model, .failed, times: TargetHealth.breaker.failures, at: at)
    }
}
