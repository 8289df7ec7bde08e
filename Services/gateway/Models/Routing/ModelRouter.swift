import Contracts
import ServiceKit

/// Decides where a call goes. Pure but for the health that it reads; runs for every call, so a name with one target
/// costs a look-up, a health check and a small array.
final class ModelRouter: Sendable {
    let health: HealthBoard

    init(health: HealthBoard) {
        self.health = health
    }

    /// - Parameters:
    ///   - prices: Nil while no price book is known: prices then decide nothing.
    ///   - random: Decides where the policy leaves it to chance.
    /// - Throws: 404 for a name that is nothing or nothing allowed, 403 when no provider is in a region that the
    ///   tenant's residency names, 429 when every candidate has said that it takes no more for a while.
    func plan(
        _ question: RouteQuestion, for profile: TenantProfile, prices: PriceTable?,
        now: ContinuousClock.Instant = .now, random: UInt64 = ModelRouter.chance()
    ) throws(OpenAIError) -> RoutePlan {
        guard let route = profile.routes.route(named: question.model) else { throw .modelNotFound(question.model) }
        // A model that the tenant may not use does not exist for it, whatever it would fall back to.
        if route.candidates.isEmpty, route.leftOut.allSatisfy({ $0.reason == .notAllowed }) {
            throw .modelNotFound(question.model)
        }
        let setting = RouteSetting(question: question, prices: prices, now: now, random: random)
        if question.isNearBudget, let near = profile.settings.models.nearBudget,
            let plan = try cheaper(near.use, than: route, profile, setting)
        {
            return plan
        }
        return route.isDirect ? try direct(route, setting) : try choose(route, setting)
    }

    static func chance() -> UInt64 {
        var random = PooledRandom()
        return random.next()
    }

    private func direct(_ route: ModelRoute, _ setting: RouteSetting) throws(OpenAIError) -> RoutePlan {
        let candidate = route.candidates[0]
        let health = health.health(of: candidate.key)
        // Where there is nothing else, only its own word keeps calls from it: a guess of ours would be an outage of ours.
        if let until = health.refusal(at: setting.now) {
            throw .targetsBusy(route.name, for: setting.now.duration(to: until))
        }
        let target = candidate.target(health, setting.prices?.price(for: candidate.model))
        return RoutePlan(
            targets: [target],
            decision: RouteDecision(question: setting.question, route: route, content: .direct(target)))
    }

    private func choose(
        _ route: ModelRoute, _ setting: RouteSetting, insteadOf original: String? = nil
    ) throws(OpenAIError) -> RoutePlan {
        var ballot = RouteBallot(setting, hasFallbacks: !route.fallbacks.isEmpty)
        ballot.add(route, health)
        for fallback in route.fallbacks { ballot.add(fallback, health) }
        let result = ballot.result()
        guard !result.order.isEmpty else { throw refusal(route, ballot, setting) }
        return RoutePlan(
            targets: result.order.prefix(RoutePlan.maximumTargets).map {
                $0.candidate.target($0.health, $0.price)
            },
            decision: RouteDecision(
                question: setting.question, route: route,
                content: .chosen(
                    result.order, leftOut: route.allLeftOut + result.leftOut, insteadOf: original)))
    }

    private func refusal(_ route: ModelRoute, _ ballot: RouteBallot, _ setting: RouteSetting) -> OpenAIError {
        if let soonest = ballot.soonestEndOfCooldown {
            return .targetsBusy(route.name, for: setting.now.duration(to: soonest))
        }
        let isElsewhere = route.allLeftOut.contains { $0.reason == .outOfResidency }
        return isElsewhere ? .outOfResidency(route.name) : .modelNotFound(route.name)
    }

    /// The plan for the model that is used near the end of a budget; nil when it cannot be used or is not cheaper.
    private func cheaper(
        _ name: String, than asked: ModelRoute, _ profile: TenantProfile, _ setting: RouteSetting
    ) throws(OpenAIError) -> RoutePlan? {
        guard name != asked.name, let route = profile.routes.route(named: name), !route.candidates.isEmpty else {
            return nil
        }
        let plan: RoutePlan
        do {
            plan = try choose(route, setting, insteadOf: asked.name)
        } catch {
            return nil
        }
        guard let first = plan.targets.first, first.lacks(setting.question.needs).isEmpty else { return nil }
        guard let cost = setting.cost(first.price) else { return plan }
        let present = asked.candidates.compactMap { setting.cost(setting.prices?.price(for: $0.model)) }.min()
        return present.map { cost < $0 } ?? true ? plan : nil
    }
}

/// What a decision is made from besides the candidates.
struct RouteSetting: Sendable {
    let question: RouteQuestion
    let prices: PriceTable?
    let now: ContinuousClock.Instant
    let random: UInt64

    /// What the request at hand costs at most, in pico-dollars; as much as fits when it is more, nil without a price.
    func cost(_ price: ModelPrice?) -> Int64? {
        price.map { price in
            price.cost(promptTokens: question.promptTokens, completionTokens: question.answerTokens) ?? .max
        }
    }
}

extension RouteCandidate {
    func target(_ health: TargetHealth, _ price: ModelPrice?) -> ModelTarget {
        ModelTarget(provider: provider, model: model, catalogue: catalogue, price: price, health: health)
    }
}

extension ModelTarget {
    /// What is asked for and what the model is known not to do. A model that is not in the catalogue may do anything.
    func lacks(_ needs: ModelCapabilities) -> ModelCapabilities {
        catalogue.map { needs.subtracting($0.capabilities) } ?? []
    }
}
