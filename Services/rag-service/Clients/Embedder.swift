import Contracts
import Foundation
import ServiceKit

/// Makes embeddings through the gateway, which knows the tenant's models and meters the call.
struct Embedder: Sendable {
    let client: ServiceClient

    /// Texts of one call: most providers take some hundred, and a failure costs no more than these.
    private static let batch = 64
    /// A row of the index holds no more in place.
    private static let maximumDimensions = 3_072

    private struct Request: Encodable {
        var model: String
        var input: [String]
    }

    private struct Answer: Decodable {
        struct Item: Decodable {
            var index: Int
            var embedding: [Float]
        }
        var data: [Item]
    }

    func embedQuery(_ query: String, model: String, for caller: Caller) async throws -> [Float] {
        // A search answers by words before a user has stopped waiting.
        let vectors = try await embed([query], model: model, for: caller, deadline: .seconds(3))
        guard let vector = vectors.first else { throw APIError(.upstreamFailed) }
        return vector
    }

    /// One vector a text, in their order.
    func embed(_ texts: [String], model: String, for caller: Caller) async throws -> [[Float]] {
        var vectors: [[Float]] = []
        for start in stride(from: 0, to: texts.count, by: Self.batch) {
            let part = Array(texts[start..<min(start + Self.batch, texts.count)])
            vectors += try await embed(part, model: model, for: caller, deadline: .seconds(60))
        }
        return vectors
    }

    private func embed(
        _ texts: [String], model: String, for caller: Caller, deadline: Duration
    ) async throws -> [[Float]] {
        let answer: Answer = try await client.call(
            .gateway, "POST", "/v1/embeddings", body: Request(model: model, input: texts), as: caller,
            deadline: deadline)
        let vectors = answer.data.sorted { $0.index < $1.index }.map(\.embedding)
        let dimensions = vectors.first?.count ?? 0
        guard vectors.count == texts.count, (1...Self.maximumDimensions).contains(dimensions),
            vectors.allSatisfy({ $0.count == dimensions && $0.allSatisfy(\.isFinite) })
        else {
            throw APIError(.upstreamFailed, internalReason: "the embeddings of \(model) are not one vector a text")
        }
        return vectors
    }
}
