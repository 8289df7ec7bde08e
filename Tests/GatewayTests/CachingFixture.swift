import Contracts
import Foundation
import HTTPTypes
import Support
import Testing

@testable import Gateway

extension GatewayFixture {
    /// A customer whose tenant has its cache switched on by this configuration, which is in force.
    func makeCachingCustomer(
        _ config: String = #"{"cache": {"enabled": true}}"#
    ) async throws -> Customer {
        let customer = try await makeCustomer()
        try await customer.configure(config)
        return customer
    }
}

extension Customer {
    /// Puts a configuration that switches the cache on, and returns when it is in force.
    func configure(_ config: String, probing model: String = "fake-embedding") async throws {
        let answer = try await fixture.admin("PUT", "/tenants/\(tenant)/config", json: config)
        #expect(answer.status == 200, "\(answer.text)")
        try await eventually {
            try await embed(["probe"], model: model, headers: ["Cache-Control": "no-store"]).cache == "bypass"
        }
        // A gateway may use a change before it forgets what it kept under the one before: let it come to that.
        try await Task.sleep(for: .milliseconds(600))
    }

    /// Asks for embeddings.
    func embed(
        _ texts: [String], model: String = "fake-embedding", extra: String = "", headers: [String: String] = [:]
    ) async throws -> ServiceTestResponse {
        let input = String(decoding: try JSONEncoder().encode(texts), as: UTF8.self)
        return try await call(
            "POST", "/v1/embeddings", json: #"{"model":"\#(model)","input":\#(input)\#(extra)}"#, headers: headers)
    }

    func ask(
        _ text: String, extra: String = "", headers: [String: String] = [:]
    ) async throws -> ServiceTestResponse {
        try await call(
            "POST", "/v1/chat/completions",
            json: #"{"model":"fake-chat","messages":[{"role":"user","content":"\#(text)"}]\#(extra)}"#,
            headers: headers)
    }
}

extension ServiceTestResponse {
    private static let cacheField = HTTPField.Name("x-asterism-cache")
    private static let similarityField = HTTPField.Name("x-asterism-similarity")

    /// What the header `X-Asterism-Cache` says.
    var cache: String? { Self.cacheField.flatMap { headers[$0] } }

    var similarity: Double? { Self.similarityField.flatMap { headers[$0] }.flatMap(Double.init) }

    /// The vectors of an answer with embeddings, in the order of the texts.
    var vectors: [[Float]] {
        guard let read = try? EmbeddingVectors(bytes, count: count) else { return [] }
        return read.vectors.compactMap(EmbeddingVectors.numbers)
    }

    /// The tokens that an answer says it used.
    var promptTokens: Int64? { (try? ModelAnswer(bytes))?.usage?.prompt }

    private var count: Int { (try? JSONValue(parsing: bytes))?["data"]?.elements?.count ?? 0 }
}

extension FakeProvider.Arrival {
    /// The texts of a request for embeddings in OpenAI's words.
    var input: [String] { (try? JSONValue(parsing: body))?["input"]?.elements?.compactMap(\.string) ?? [] }
}

extension Sequence<UsageEvent> {
    var promptTokens: Int64 { reduce(0) { $0 + $1.promptTokens } }
    var savedPicoUSD: Int64 { reduce(0) { $0 + $1.savedPicoUSD } }
}
