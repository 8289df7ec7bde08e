import Contracts
import Foundation
import Support
import Testing

@testable import Gateway

/// More texts than a vendor takes in one call, and every vendor's embeddings from the cache.
@Suite("Embeddings of every vendor, divided and kept", .serialized)
struct EmbeddingDivisionTests {
    struct Vendor: Sendable, CustomTestStringConvertible {
        let fake: any FakeVendor
        var model = "fake-embedding"
        var key = "sk-fake-0000"
        var options: [String: String] = [:]
        /// How many calls it takes for 200 texts.
        var calls = 1
        /// The vendor says what was used.
        var counts = true

        var testDescription: String { "\(fake.kind) \(model)" }
    }

    private static let bedrock = ("AKIDFAKE:fake/secret+key", ["region": "us-east-1"])

    static let vendors = [
        Vendor(fake: FakeOpenAI()), Vendor(fake: FakeAzure()), Vendor(fake: FakeMistral()),
        Vendor(fake: FakeGemini(), calls: 2, counts: false), Vendor(fake: FakeCohere(), calls: 3),
        Vendor(
            fake: FakeBedrock(), model: "cohere.embed", key: bedrock.0, options: bedrock.1, calls: 3, counts: false),
        Vendor(fake: FakeBedrock(), model: "amazon.titan-embed", key: bedrock.0, options: bedrock.1, calls: 200),
    ]

    private static func run(
        _ vendor: Vendor, config: String?,
        _ body: @escaping @Sendable (GatewayFixture, FakeProvider, Customer) async throws -> Void
    ) async throws {
        try await GatewayFixture.run { fixture in
            let fake = try await FakeProvider.start(vendor.fake, apiKey: vendor.key)
            let tenant = try await fixture.makeTenant()
            let creation = ProviderCreation(
                name: "vendor", kind: vendor.fake.kind, baseURL: fake.baseURL, apiKey: vendor.key, models: ["*"],
                options: vendor.options)
            let json = String(decoding: try WireFormat.encoder().encode(creation), as: UTF8.self)
            #expect(try await fixture.admin("POST", "/tenants/\(tenant)/providers", json: json).status == 201)
            let key = try await fixture.makeKey(tenant)
            let customer = Customer(fixture: fixture, tenant: tenant, keyID: key.id, key: try #require(key.key))
            if let config { try await customer.configure(config, probing: vendor.model) }
            try await body(fixture, fake, customer)
            await fake.stop()
        }
    }

    @Test(
        "more texts than the vendor takes at once are one answer, one record, and the sum of what was metered",
        arguments: vendors, [nil, #"{"cache": {"enabled": true}}"#])
    func divided(_ vendor: Vendor, _ config: String?) async throws {
        try await Self.run(vendor, config: config) { fixture, fake, customer in
            let texts = (0..<200).map { "text number \($0)" }
            let before = try fixture.usage(of: customer.tenant).count
            let (calls, tokens) = (fake.meter.requests, fake.meter.promptTokens)
            let answer = try await customer.embed(texts, model: vendor.model)
            #expect(answer.status == 200, "\(answer.text.prefix(300))")
            #expect(answer.vectors == texts.map { FakeEmbeddings.vector($0, dimensions: 256) })
            #expect(fake.meter.requests == calls + vendor.calls)
            let event = try #require(try fixture.usage(of: customer.tenant).dropFirst(before).first)
            #expect(try fixture.usage(of: customer.tenant).count == before + 1)
            #expect(event.isExact == vendor.counts)
            if vendor.counts {
                #expect(event.promptTokens == fake.meter.promptTokens - tokens && answer.promptTokens == 600)
            }
            guard config != nil else { return }
            let again = try await customer.embed(texts.reversed(), model: vendor.model)
            #expect(again.cache == "hit" && again.vectors == answer.vectors.reversed())
            #expect(fake.meter.requests == calls + vendor.calls)
            #expect(try fixture.usage(of: customer.tenant).last?.savedPicoUSD == event.promptTokens * 10_000_000)
        }
    }

    @Test("what came before a part failed is paid for once, and only the rest is asked for again")
    func resumed() async throws {
        let vendor = Vendor(fake: FakeCohere())
        try await Self.run(vendor, config: #"{"cache": {"enabled": true}}"#) { fixture, fake, customer in
            let texts = (0..<250).map { "text number \($0)" }
            let before = try fixture.usage(of: customer.tenant).count
            let tokens = fake.meter.promptTokens
            fake.script(.status(500))
            let answer = try await customer.embed(texts)
            #expect(answer.status == 200 && answer.vectors == texts.map { FakeEmbeddings.vector($0, dimensions: 256) })
            let events = Array(try fixture.usage(of: customer.tenant).dropFirst(before))
            #expect(events.map(\.attempt) == [1, 2])
            #expect(events.promptTokens == fake.meter.promptTokens - tokens)
            #expect(events.promptTokens == 750 && (events.first?.promptTokens ?? 0) > 0)
            // It has paid for them itself.
            #expect(events.savedPicoUSD == 0)
            #expect(try fixture.audit(of: customer.tenant).suffix(2).map(\.outcome) == [.failure, .success])
        }
    }

    @Test("without a cache a part that fails fails the call, and what the other parts used is on the record")
    func failed() async throws {
        try await Self.run(Vendor(fake: FakeCohere()), config: nil) { fixture, fake, customer in
            fake.script(.status(400))
            let answer = try await customer.embed((0..<250).map { "text number \($0)" })
            #expect(answer.status == 400 && answer.cache == nil, "\(answer.text)")
            let events = try fixture.usage(of: customer.tenant)
            #expect(events.count == 1 && events.promptTokens == fake.meter.promptTokens)
            #expect(try fixture.audit(of: customer.tenant).last?.outcome == .failure)
        }
    }

    @Test("token ids and more texts than any vendor takes are refused with the member's name")
    func refused() async throws {
        try await Self.run(Vendor(fake: FakeCohere()), config: #"{"cache": {"enabled": true}}"#) { _, fake, customer in
            let calls = fake.meter.requests
            let tokens = try await customer.call(
                "POST", "/v1/embeddings", json: #"{"model":"fake-embedding","input":[[1,2],[3]]}"#)
            #expect(tokens.status == 400 && tokens.text.contains("unsupported_parameter"), "\(tokens.text)")
            let many = try await customer.embed((0..<2_049).map { "text \($0)" })
            #expect(many.status == 400 && many.text.contains("more than 2048 texts"), "\(many.text)")
            #expect(fake.meter.requests == calls)
        }
    }
}
