import Contracts
import Foundation
import ServiceKit
import Support
import Synchronization
import Testing

@testable import Gateway

/// The clients that people have, in front of every vendor: what a client can ask for comes out right whoever answers.
@Suite("The openai and anthropic clients in front of every vendor", .serialized)
struct ClientMatrixTests {
    struct Vendor: Sendable {
        let fake: any FakeVendor
        var key = "sk-fake-0000"
        var model = "fake-chat"
        /// Nil for vendors without embeddings.
        var embeddingModel: String? = "fake-embedding"
        var options: [String: String] = [:]
        /// Dialects that the vendor speaks itself.
        var native: [String] = []
        /// Statuses by which the vendor means another one.
        var meant = ""
        /// What the vendor has no words for.
        var without: [String] = []

        var models: [String] {
            [model, "fault-*"] + (embeddingModel.map { [$0, "\($0)-fault-*"] } ?? [])
        }

        /// Areas of the table that the vendor does not have.
        var absent: Set<String> { embeddingModel == nil ? ["embeddings", "batch of embeddings"] : [] }
    }

    private static let vendors = [
        Vendor(fake: FakeOpenAI(), native: ["chat", "responses"]),
        Vendor(fake: FakeAzure(), options: ["api_version": "2024-10-21"], native: ["chat"]),
        Vendor(fake: FakeAnthropic(), model: "claude-fake", embeddingModel: nil, native: ["messages"]),
        Vendor(fake: FakeGemini(), without: ["parallel"]),
        Vendor(
            fake: FakeBedrock(), key: "AKIDFAKE:fake/secret+key", embeddingModel: "cohere.embed-english-v3",
            options: ["region": "us-east-1"],
            // `ModelTimeoutException`
            meant: "408=504", without: ["parallel"]),
        Vendor(fake: FakeMistral()), Vendor(fake: FakeCohere(), without: ["parallel"]),
        Vendor(fake: FakeCompatible(), native: ["chat"]),
    ]

    @Test("whatever a client can ask for is the same to it whoever answers, and nothing is left out")
    func matrix() async throws {
        let coverage = Mutex(ClientCoverage())
        try await LiveGateway.run { gateway in
            for vendor in Self.vendors {
                let fake = try await FakeProvider.start(vendor.fake, apiKey: vendor.key)
                fake.failByName(embeddingModel: vendor.embeddingModel)
                let environment = try await gateway.environment(of: fake, vendor)
                coverage.withLock { $0.begin(vendor.fake.kind, without: vendor.absent) }
                for (script, client, count) in [
                    ("openai_client.py", "openai", 65), ("anthropic_client.py", "anthropic", 50),
                    ("openai_batches.py", "batches", 25),
                ] {
                    guard let lines = try await PythonClient.run(script, environment, expecting: count) else {
                        continue
                    }
                    coverage.withLock { $0.add(lines, of: client, vendor.fake.kind) }
                }
                Self.expectBetas(at: fake, vendor)
                await fake.stop()
            }
        }
        let result = coverage.withLock { $0 }
        guard result.hasAny else { return }
        print(result.table)
        #expect(result.missing.isEmpty, "\(result.missing.joined(separator: "\n"))")
        #expect(result.unexpected.isEmpty, "\(result.unexpected)")
    }

    /// The experiments that the anthropic client named have reached Anthropic, and nobody else.
    private static func expectBetas(at fake: FakeProvider, _ vendor: Vendor) {
        let betas = Set(fake.arrivals.compactMap { $0.header("anthropic-beta") })
        let named = "context-1m-2025-08-07,interleaved-thinking-2025-05-14"
        #expect(betas.contains(named) == vendor.native.contains("messages"), "\(vendor.fake.kind): \(betas)")
        if !vendor.native.contains("messages") { #expect(betas.isEmpty, "\(vendor.fake.kind): \(betas)") }
    }
}

extension LiveGateway {
    /// What the scripts want to know of a tenant with a vendor's fake.
    fileprivate func environment(
        of fake: FakeProvider, _ vendor: ClientMatrixTests.Vendor
    ) async throws -> [String: String] {
        let tenant: TenantDescription = try await create(
            "/tenants", "{\"name\": \"live\", \"requests_per_minute\": 100000000}")
        let provider = JSONValue.members(
            ("name", "fake"), ("kind", .string(vendor.fake.kind)), ("base_url", .string(fake.baseURL)),
            ("api_key", .string(vendor.key)), ("models", .array(vendor.models.map(JSONValue.string))),
            ("options", .object(vendor.options.sorted { $0.key < $1.key }.map { JSONValue.Member($0, .string($1)) })))
        let _: ProviderDescription = try await create(
            "/tenants/\(tenant.id)/providers", String(decoding: provider.text, as: UTF8.self))
        let key: APIKeyDescription = try await create("/tenants/\(tenant.id)/api-keys", "{\"name\": \"k\"}")
        return [
            "ASTERISM_URL": url, "ASTERISM_API_KEY": try #require(key.key), "ASTERISM_FAULTS": "yes",
            "ASTERISM_VIEWER_KEY": try await makeViewerKey(tenant.id),
            "ASTERISM_OTHER_KEY": try await makeCustomer().key, "ASTERISM_MODEL": vendor.model,
            "ASTERISM_EMBEDDING_MODEL": vendor.embeddingModel ?? "",
            "ASTERISM_NATIVE": vendor.native.joined(separator: ","),
            "ASTERISM_MEANT": vendor.meant,
            "ASTERISM_WITHOUT": vendor.without.joined(separator: ","),
        ]
    }
}
