import Contracts
import Foundation
import Testing

@Suite("The configuration of a tenant")
struct TenantConfigurationTests {
    private static let full = """
        {"models": {"allowed": ["gpt-*", "claude-*"], "default": "default",
          "aliases": {"Fast_one": {"policy": "lowest_price", "sticky": true, "targets":
            [{"provider": "openai", "model": "gpt-5-mini", "weight": 3}, {"model": "claude-haiku-4-5"}]}},
          "policy": "least_busy", "fallbacks": {"gpt_5": ["claude-sonnet-4-5", "Fast_one"]}, "residency": ["eu"],
          "near_budget": {"share": 0.8, "use": "cheap"}, "continue_broken_streams": true},
         "limits": {"requests_per_minute": 600, "tokens_per_minute": 100000, "concurrency": 8,
          "per_key": {"requests_per_minute": 60}, "per_user": {"concurrency": 1}, "reserved_for_priority_1": 0.1,
          "stream_hold_tokens": 512},
         "cache": {"enabled": true, "ttl_seconds": 60, "maximum_bytes": 1048576,
          "semantic": {"similarity": 0.9, "embedding_model": "text-embedding-3-small"}},
         "client_gone": "abort", "strict_budget": false, "tier": "premium"}
        """

    @Test("every member is read, and what is written reads back the same")
    func roundTrip() throws {
        let (configuration, problems) = try FieldProblems.decode(TenantConfiguration.self, from: Data(Self.full.utf8))
        #expect(problems.isEmpty)
        #expect(configuration.models.aliases["Fast_one"]?.targets.count == 2)
        #expect(configuration.models.aliases["Fast_one"]?.policy == .lowestPrice)
        #expect(configuration.models.fallbacks["gpt_5"] == ["claude-sonnet-4-5", "Fast_one"])
        #expect(configuration.models.nearBudget == .init(share: 0.8, use: "cheap"))
        #expect(configuration.models.continueBrokenStreams)
        #expect(configuration.limits.reservedForPriority1 == 0.1)
        #expect(configuration.limits.perUser.concurrency == 1)
        #expect(configuration.limits.streamHoldTokens == 512)
        #expect(configuration.cache.semantic?.embeddingModel == "text-embedding-3-small")
        #expect(configuration.clientGone == .abort && !configuration.strictBudget && configuration.tier == .premium)
        let written = try WireFormat.encoder().encode(configuration)
        #expect(try WireFormat.decoder().decode(TenantConfiguration.self, from: written) == configuration)
        let again = try FieldProblems.decode(TenantConfiguration.self, from: written)
        #expect(again.document == configuration && again.problems.isEmpty, "\(again.problems)")
        #expect(String(decoding: written, as: UTF8.self).contains("\"reserved_for_priority_1\":0.1"))
    }

    @Test("an empty document is every default, and null is a default too")
    func defaults() throws {
        for text in ["{}", #"{"models":null,"limits":{},"cache":{"semantic":null},"tier":null}"#] {
            let (configuration, problems) = try FieldProblems.decode(TenantConfiguration.self, from: Data(text.utf8))
            #expect(problems.isEmpty)
            #expect(configuration == TenantConfiguration())
        }
        let defaults = TenantConfiguration()
        #expect(defaults.models.policy == .priority && defaults.models.allowed == nil && !defaults.cache.enabled)
        #expect(defaults.clientGone == .drain && defaults.strictBudget)
        #expect(!defaults.models.continueBrokenStreams && defaults.limits.streamHoldTokens == nil)
    }

    @Test("everything that is wrong is named with its path, once, in one reading")
    func problems() throws {
        let text = """
            {"modles": {}, "models": {"alowed": [], "policy": "cheapest", "allowed": ["a", 7],
              "aliases": {"myAlias": {"targets": [{"model": "m", "wieght": 2}, {"provider": "p"}], "sticky": "yes"},
                          "other": {}}},
             "limits": {"per_key": {"tokens": 1}, "reserved_for_priority_1": "x", "concurrency": 1.5},
             "cache": [], "strict_budget": 1}
            """
        let (_, problems) = try FieldProblems.decode(TenantConfiguration.self, from: Data(text.utf8))
        #expect(
            Set(problems.map(\.field)) == [
                "modles", "models.alowed", "models.policy", "models.allowed[1]",
                "models.aliases.myAlias.targets[0].wieght", "models.aliases.myAlias.targets[1].model",
                "models.aliases.myAlias.sticky", "models.aliases.other.targets", "limits.per_key.tokens",
                "limits.reserved_for_priority_1", "limits.concurrency", "cache", "strict_budget",
            ], "\(problems)")
        #expect(problems.count == 13, "\(problems)")
        #expect(problems.first { $0.field == "models.policy" }?.detail.contains("lowest_latency") ?? false)
    }

    @Test("what a newer version stored is read by an older one without what it does not know")
    func stored() throws {
        let text = #"{"models": {"new_member": 1, "policy": "weighted"}, "another": {}}"#
        let configuration = try WireFormat.decoder().decode(TenantConfiguration.self, from: Data(text.utf8))
        #expect(configuration.models.policy == .weighted)
        #expect(throws: DecodingError.self) {
            try WireFormat.decoder().decode(
                TenantConfiguration.self, from: Data(#"{"models": {"policy": "newest_policy"}}"#.utf8))
        }
    }
}
