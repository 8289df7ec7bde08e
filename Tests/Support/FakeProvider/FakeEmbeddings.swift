/// Embeddings that mean something without a model: words are hashed to places of the vector, which is scaled to
/// length 1. Texts that share words are near each other, the same text is always the same vector.
package struct FakeEmbeddings: Sendable {
    static let defaultDimensions = 256

    let model: String
    let inputs: [String]
    var dimensions = Self.defaultDimensions
    var isBase64 = false

    var promptTokens: Int64 { Int64(inputs.reduce(0) { $0 + Self.words($1).count }) }

    var vectors: [[Float]] { inputs.map { Self.vector($0, dimensions: dimensions) } }

    /// The vector of a text, for tests that compare.
    package static func vector(_ text: String, dimensions: Int) -> [Float] {
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
