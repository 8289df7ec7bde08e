import Foundation
import Hummingbird

/// Embeddings that mean something without a model: words are hashed to places of the vector, which is scaled to
/// length 1. Texts that share words are near each other, the same text is always the same vector.
struct FakeEmbeddings {
    private static let defaultDimensions = 256

    private let model: String
    private let inputs: [String]
    private let dimensions: Int
    private let isBase64: Bool

    init?(_ json: [String: Any], model: String) {
        if let text = json["input"] as? String {
            inputs = [text]
        } else if let texts = json["input"] as? [String] {
            inputs = texts
        } else {
            return nil
        }
        self.model = model
        dimensions = json["dimensions"] as? Int ?? Self.defaultDimensions
        isBase64 = json["encoding_format"] as? String == "base64"
    }

    var promptTokens: Int64 { Int64(inputs.reduce(0) { $0 + Self.words($1).count }) }

    func response() -> Response {
        let data = inputs.enumerated().map { index, text in
            ["object": "embedding", "index": index, "embedding": embedding(text)] as [String: Any]
        }
        return FakeProviderAnswer.json(
            .ok,
            [
                "object": "list", "model": model, "data": data,
                "usage": ["prompt_tokens": promptTokens, "total_tokens": promptTokens],
            ])
    }

    private func embedding(_ text: String) -> Any {
        let vector = Self.vector(text, dimensions: dimensions)
        guard isBase64 else { return vector.map(Double.init) }
        var bytes: [UInt8] = []
        for value in vector {
            let bits = value.bitPattern
            for shift in [0, 8, 16, 24] as [UInt32] { bytes.append(UInt8(truncatingIfNeeded: bits >> shift)) }
        }
        return Data(bytes).base64EncodedString()
    }

    /// The vector of a text, for tests that compare.
    static func vector(_ text: String, dimensions: Int) -> [Float] {
        var vector = [Float](repeating: 0, count: dimensions)
        for word in words(text.lowercased()) {
            // FNV-1a, 64 bits: spread well enough, and the same everywhere.
            let hash = word.utf8.reduce(0xCBF2_9CE4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
            vector[Int(hash % UInt64(dimensions))] += hash >> 63 == 0 ? 1 : -1
        }
        let length = vector.reduce(0) { $0 + $1 * $1 }.squareRoot()
        return length == 0 ? vector : vector.map { $0 / length }
    }

    private static func words(_ text: String) -> [Substring] {
        text.split { !$0.isLetter && !$0.isNumber }
    }
}
