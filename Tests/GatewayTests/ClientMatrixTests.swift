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
        /// What the vendor has no words for.
        var without: [String] = []

        var models: [String] { [model, "fault-*"] + (embeddingModel.map { [$0] } ?? []) }
    }

    private static let vendors = [
        Vendor(fake: FakeAzure(), options: ["api_version": "2024-10-21"]),
        Vendor(fake: FakeAnthropic(), model: "claude-fake", embeddingModel: nil),
        Vendor(fake: FakeGemini(), without: ["parallel"]),
        Vendor(
            fake: FakeBedrock(), key: "AKIDFAKE:fake/secret+key", embeddingModel: "cohere.embed-english-v3",
            options: ["region": "us-east-1"], without: ["parallel"]),
        Vendor(fake: FakeMistral()), Vendor(fake: FakeCohere(), without: ["parallel"]),
    ]

    @Test("chats, responses, messages, streams, tools, embeddings and errors are the same to the client")
    func matrix() async throws {
        try await LiveGateway.run { gateway in
            for vendor in Self.vendors {
                let fake = try await FakeProvider.start(vendor.fake, apiKey: vendor.key)
                for status in [400, 409, 422, 429, 500, 529] { fake.fail("fault-\(status)", with: .status(status)) }
                let environment = [
                    "ASTERISM_URL": gateway.url, "ASTERISM_API_KEY": try await gateway.makeCustomer(of: fake, vendor),
                    "ASTERISM_FAULTS": "yes", "ASTERISM_MODEL": vendor.model,
                    "ASTERISM_EMBEDDING_MODEL": vendor.embeddingModel ?? "",
                    "ASTERISM_WITHOUT": vendor.without.joined(separator: ","),
                ]
                print("clients in front of \(vendor.fake.kind)")
                try await PythonClient.run("openai_client.py", environment, expecting: 45)
                try await PythonClient.run("anthropic_client.py", environment, expecting: 30)
                await fake.stop()
            }
        }
    }
}

extension LiveGateway {
    /// A tenant with a vendor's fake, and its key.
    fileprivate func makeCustomer(of fake: FakeProvider, _ vendor: ClientMatrixTests.Vendor) async throws -> String {
        let tenant: TenantDescription = try await create(
            "/tenants", "{\"name\": \"live\", \"requests_per_minute\": 100000000}")
        let provider = JSONValue.members(
            ("name", "fake"), ("kind", .string(vendor.fake.kind)), ("base_url", .string(fake.baseURL)),
            ("api_key", .string(vendor.key)), ("models", .array(vendor.models.map(JSONValue.string))),
            ("options", .object(vendor.options.sorted { $0.key < $1.key }.map { JSONValue.Member($0, .string($1)) })))
        let _: ProviderDescription = try await create(
            "/tenants/\(tenant.id)/providers", String(decoding: provider.text, as: UTF8.self))
        let key: APIKeyDescription = try await create("/tenants/\(tenant.id)/api-keys", "{\"name\": \"k\"}")
        return try #require(key.key)
    }
}
