import Contracts
import Foundation
import HTTPTypes
import Testing

@testable import Gateway

@Suite("Where a call goes")
struct RoutingTests {
    @Test("a name that several providers serve goes to the first by priority, then by name, and then to the others")
    func priority() throws {
        var fixture = RoutingFixture()
        fixture.add("b", ["m"], priority: 2)
        fixture.add("c", ["m*"], priority: 1)
        fixture.add("a", ["m"], priority: 2)
        #expect(try fixture.plan("m") == ["c/m", "a/m", "b/m"])
        #expect(try fixture.plan("my-model") == ["c/my-model"])
        #expect(throws: OpenAIError.self) { try fixture.plan("other") }
    }

    @Test("an alias goes to its targets, wherever the provider is named and wherever it is not")
    func alias() throws {
        var fixture = RoutingFixture()
        fixture.add("one", ["x", "y"])
        fixture.add("two", ["x"])
        fixture.alias(
            "fast", .priority,
            [
                .init(provider: "two", model: "x"), .init(model: "y"), .init(model: "x"),
                .init(provider: "gone", model: "x"), .init(provider: "two", model: "y"),
            ])
        let plan = try fixture.plan(RouteQuestion(model: "fast"))
        #expect(plan.targets.map { "\($0.provider.name)/\($0.model)" } == ["two/x", "one/y", "one/x"])
        #expect(plan.decision.text.contains(#"{"provider":"gone","model":"x","left_out":"unknown_provider"}"#))
        #expect(plan.decision.text.contains(#"{"provider":"two","model":"y","left_out":"not_served"}"#))
        #expect(plan.decision.text.contains(#""alias":true,"policy":"priority""#))
    }

    @Test("default, fast and cheap stand for the default model as long as they are nothing else")
    func reserved() throws {
        var fixture = RoutingFixture()
        fixture.add("p", ["*"])
        #expect(throws: OpenAIError.self) { try fixture.plan("default") }
        fixture.models.defaultModel = "gpt"
        #expect(try fixture.plan("default") == ["p/gpt"])
        #expect(try fixture.plan("cheap") == ["p/gpt"])
        fixture.alias("cheap", .priority, [.init(model: "small")])
        #expect(try fixture.plan("cheap") == ["p/small"])
        fixture.models.defaultModel = "cheap"
        #expect(try fixture.plan("default") == ["p/small"])
        fixture.add("q", ["fast"])
        #expect(try fixture.plan("fast") == ["q/fast"])
    }

    @Test("a model that is not allowed does not exist, neither by its name nor behind an alias nor as a fallback")
    func allowed() throws {
        var fixture = RoutingFixture()
        fixture.add("p", ["*"])
        fixture.models.allowed = ["gpt-*", "local"]
        fixture.models.fallbacks = ["gpt-a": ["claude", "local"], "claude": ["gpt-a"]]
        fixture.alias("a", .priority, [.init(model: "claude"), .init(model: "local")])
        fixture.alias("none", .priority, [.init(model: "claude")])
        #expect(try fixture.plan("gpt-a") == ["p/gpt-a", "p/local"])
        #expect(try fixture.plan("a") == ["p/local"])
        for name in ["claude", "none"] {
            #expect { try fixture.plan(name) } throws: { ($0 as? OpenAIError)?.status == 404 }
        }
    }

    @Test("without a provider in the tenant's region a model is refused, and not with a 404")
    func residency() throws {
        var fixture = RoutingFixture()
        fixture.add("us", ["m"], region: "us")
        fixture.add("unknown", ["m"])
        fixture.models.residency = ["eu", "ch"]
        #expect { try fixture.plan("m") } throws: {
            let error = $0 as? OpenAIError
            return error?.status == 403 && error?.code == "model_out_of_residency"
        }
        fixture.add("ch", ["m"], region: "ch")
        #expect(try fixture.plan("m") == ["ch/m"])
        // A fallback that stays in the region is no way around it.
        fixture.add("us2", ["n"], region: "us")
        fixture.models.fallbacks = ["n": ["m"]]
        #expect(try fixture.plan("n") == ["ch/m"])
    }

    @Test("the lowest price is that of the request at hand")
    func price() throws {
        var fixture = RoutingFixture()
        fixture.add("p", ["long", "short"])
        fixture.prices = PriceTable(
            PriceBook(
                version: 1,
                prices: [
                    ModelPrice(model: "long", promptPicoUSD: 1, completionPicoUSD: 100, cachedPicoUSD: 1),
                    ModelPrice(model: "short", promptPicoUSD: 10, completionPicoUSD: 10, cachedPicoUSD: 1),
                ], fallback: ModelPrice(model: "*", promptPicoUSD: 999, completionPicoUSD: 999, cachedPicoUSD: 999)))
        fixture.alias("a", .lowestPrice, [.init(model: "short"), .init(model: "long")])
        func first(_ prompt: Int64, _ answer: Int64) throws -> ModelTarget? {
            try fixture.plan(RouteQuestion(model: "a", promptTokens: prompt, answerTokens: answer)).targets.first
        }
        #expect(try first(10_000, 10)?.model == "long")
        #expect(try first(10, 1_000)?.model == "short")
        #expect(try first(.max, .max)?.price != nil)
    }

    @Test("the lowest latency counts the first token of streams and the end of whole answers, and forgets")
    func latency() throws {
        var fixture = RoutingFixture()
        for name in ["a", "b", "c"] { fixture.add(name, ["m"]) }
        fixture.models.policy = .lowestLatency
        fixture.report("a", "m", .answered(firstToken: .milliseconds(50), total: .seconds(9)))
        fixture.report("b", "m", .answered(firstToken: .milliseconds(500), total: .seconds(2)))
        fixture.report("c", "m", .answered(firstToken: .milliseconds(200), total: .seconds(5)))
        #expect(try fixture.plan("m") == ["b/m", "c/m", "a/m"])
        let stream = try fixture.plan(RouteQuestion(model: "m", needs: [.streaming]))
        #expect(stream.targets.map(\.provider.name) == ["a", "c", "b"])
        // What was not measured lately is asked first, by one call at a time.
        for name in ["a", "b"] {
            fixture.report(name, "m", .answered(firstToken: nil, total: .seconds(1)), at: .seconds(200))
        }
        #expect(try fixture.plan("m", after: .seconds(200)).first == "c/m")
        _ = fixture.health("c", "m").began(at: fixture.start + .seconds(200))
        #expect(try fixture.plan("m", after: .seconds(200)).last == "c/m")
    }

    @Test("the least busy has the fewest calls under way for its weight")
    func busy() throws {
        var fixture = RoutingFixture()
        fixture.add("a", ["m"], weight: 4)
        fixture.add("b", ["m"], weight: 1)
        fixture.models.policy = .leastBusy
        for _ in 0..<3 { _ = fixture.health("a", "m").began(at: fixture.start) }
        _ = fixture.health("b", "m").began(at: fixture.start)
        #expect(try fixture.plan("m") == ["a/m", "b/m"])
        for _ in 0..<2 { _ = fixture.health("a", "m").began(at: fixture.start) }
        #expect(try fixture.plan("m") == ["b/m", "a/m"])
    }

    @Test("availability first puts those that failed lately behind, until it is long ago")
    func availability() throws {
        var fixture = RoutingFixture()
        for name in ["a", "b"] { fixture.add(name, ["m"]) }
        fixture.models.policy = .availability
        fixture.report("a", "m", .failed)
        fixture.report("a", "m", .answered(firstToken: nil, total: .seconds(1)), times: 3)
        #expect(try fixture.plan("m") == ["b/m", "a/m"])
        #expect(try fixture.plan("m", after: .seconds(600)) == ["a/m", "b/m"])
    }

    @Test("what cannot do what is asked is left out, unless nothing else is there")
    func capabilities() throws {
        var fixture = RoutingFixture()
        fixture.add("p", ["*"])
        fixture.catalogue = ModelCatalogue([
            CatalogueModel(name: "plain", contextTokens: 1_000, maximumAnswerTokens: nil, capabilities: [.chat]),
            CatalogueModel(
                name: "able", contextTokens: 100_000, maximumAnswerTokens: nil, capabilities: [.chat, .tools]),
        ])
        fixture.alias("a", .priority, [.init(model: "plain"), .init(model: "able"), .init(model: "unknown")])
        #expect(try fixture.plan("a") == ["p/plain", "p/able", "p/unknown"])
        let tools = try fixture.plan(RouteQuestion(model: "a", needs: [.chat, .tools]))
        #expect(tools.targets.map(\.model) == ["able", "unknown"])
        #expect(tools.decision.text.contains(#"{"provider":"p","model":"plain","left_out":"lacks_capability"}"#))
        // The catalogue may be wrong; the provider knows.
        #expect(try fixture.plan(RouteQuestion(model: "plain", needs: [.images])).targets.map(\.model) == ["plain"])
        // An estimate that errs high puts a small context last, and only a request far beyond it leaves it out.
        let tight = try fixture.plan(RouteQuestion(model: "a", promptTokens: 1_500))
        #expect(tight.targets.map(\.model) == ["able", "unknown", "plain"])
        let large = try fixture.plan(RouteQuestion(model: "a", promptTokens: 9_000))
        #expect(large.targets.map(\.model) == ["able", "unknown"])
        #expect(large.decision.text.contains("context_too_small"))
        // That those which can do it take no more for a while does not make the others able.
        for model in ["able", "unknown"] { fixture.report("p", model, .throttled(retryAfter: .seconds(9))) }
        #expect { try fixture.plan(RouteQuestion(model: "a", needs: [.tools])) } throws: {
            ($0 as? OpenAIError)?.status == 429
        }
        #expect(try fixture.plan("a") == ["p/plain"])
    }

    @Test("a chain goes on with its fallbacks, models and aliases, and a broken target is tried last of all")
    func fallbacks() throws {
        var fixture = RoutingFixture()
        fixture.add("p", ["a", "b", "c"])
        fixture.add("q", ["a"])
        fixture.alias("other", .priority, [.init(model: "c"), .init(model: "a")])
        fixture.models.fallbacks = ["a": ["b", "nothing", "other"]]
        #expect(try fixture.plan("a") == ["p/a", "q/a", "p/b", "p/c"])
        fixture.fail("p", "a")
        #expect(try fixture.plan("a") == ["q/a", "p/b", "p/c", "p/a"])
        fixture.report("q", "a", .throttled(retryAfter: .seconds(5)))
        #expect(try fixture.plan("a") == ["p/b", "p/c", "p/a"])
        // A model that nobody serves any more still has its chain.
        fixture.models.fallbacks["retired"] = ["c"]
        #expect(try fixture.plan("retired") == ["p/c"])
        // A fallback has no fallbacks of its own.
        fixture.models.fallbacks["b"] = ["a"]
        #expect(try fixture.plan("a") == ["p/b", "p/c", "p/a"])
    }

    @Test("the only target is tried although it is broken, and not while it has said that it takes no more")
    func only() throws {
        var fixture = RoutingFixture()
        fixture.add("p", ["a"])
        fixture.fail("p", "a")
        #expect(try fixture.plan("a") == ["p/a"])
        fixture.report("p", "a", .throttled(retryAfter: .milliseconds(1_500)))
        #expect { try fixture.plan("a") } throws: {
            let error = $0 as? OpenAIError
            return error?.status == 429 && error?.headers[.retryAfter] == "2" && error?.code == "rate_limit_exceeded"
        }
        #expect(try fixture.plan("a", after: .milliseconds(1_501)) == ["p/a"])
        // Of several the soonest to come back is named.
        fixture.add("q", ["a"])
        fixture.report("p", "a", .throttled(retryAfter: .seconds(30)), at: .seconds(2))
        fixture.report("q", "a", .throttled(retryAfter: .seconds(7)), at: .seconds(2))
        #expect { try fixture.plan("a", after: .seconds(2)) } throws: {
            ($0 as? OpenAIError)?.headers[.retryAfter] == "7"
        }
    }

    @Test("near the end of the budget a cheaper model takes the place of a dearer one, and only then")
    func nearBudget() throws {
        var fixture = RoutingFixture()
        fixture.add("p", ["big", "small", "tiny"])
        fixture.price(["big": 100, "small": 10, "tiny": 1])
        fixture.models.nearBudget = .init(share: 0.9, use: "small")
        func first(_ model: String, near: Bool) throws -> RoutePlan {
            try fixture.plan(RouteQuestion(model: model, promptTokens: 10, answerTokens: 10, isNearBudget: near))
        }
        #expect(try first("big", near: false).targets.map(\.model) == ["big"])
        let near = try first("big", near: true)
        #expect(near.targets.map(\.model) == ["small"])
        #expect(near.decision.text.contains(#""instead_of":"big""#))
        #expect(try first("tiny", near: true).targets.map(\.model) == ["tiny"])
        fixture.models.nearBudget = .init(share: 0.9, use: "nothing")
        #expect(try first("big", near: true).targets.map(\.model) == ["big"])
    }

    @Test(
        "names of models are found in the catalogue however a provider writes them",
        arguments: [
            "gpt-4o", "openai/gpt-4o", "gpt-4o-2024-08-06", "gpt-4o-latest", "azure/gpt-4o-2024-08-06",
        ])
    func catalogueNames(name: String) {
        let catalogue = ModelCatalogue([
            CatalogueModel(name: "gpt-4o", contextTokens: 1, maximumAnswerTokens: nil, capabilities: [])
        ])
        #expect(catalogue.model(name)?.name == "gpt-4o")
        #expect(catalogue.model("gpt-4o-mini") == nil)
    }

    @Test("a model of Bedrock is found without its region, vendor and version")
    func bedrockNames() {
        let catalogue = ModelCatalogue(
            ["claude-sonnet-4-5", "nova-pro", "embed-v4.0", "gemini-2.5-pro"].map {
                CatalogueModel(name: $0, contextTokens: 1, maximumAnswerTokens: nil, capabilities: [])
            })
        #expect(catalogue.model("eu.anthropic.claude-sonnet-4-5-20250929-v1:0")?.name == "claude-sonnet-4-5")
        #expect(catalogue.model("amazon.nova-pro-v1:0")?.name == "nova-pro")
        #expect(catalogue.model("cohere/embed-v4.0")?.name == "embed-v4.0")
        #expect(catalogue.model("gemini-2.5-pro")?.name == "gemini-2.5-pro")
        #expect(catalogue.model("") == nil)
    }

    @Test("a decision with many candidates says how many it had no room for, and stays JSON")
    func bounded() throws {
        var fixture = RoutingFixture()
        for index in 0..<60 { fixture.add("provider-with-a-rather-long-name-\(index)", ["m"]) }
        let plan = try fixture.plan(RouteQuestion(model: "m"))
        #expect(plan.targets.count == RoutePlan.maximumTargets)
        let json = try JSONSerialization.jsonObject(with: Data(plan.decision.text.utf8)) as? [String: Any]
        let written = (json?["candidates"] as? [Any])?.count ?? 0
        #expect(written > 8 && written + (json?["more"] as? Int ?? 0) == 60)
        #expect(plan.decision.text.utf8.count <= RouteDecision.maximumBytes)
    }
}
