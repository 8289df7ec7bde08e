/// A request for embeddings in no vendor's words.
struct EmbeddingDemand: Sendable, Equatable {
    enum Input: Sendable, Equatable {
        case texts([String])
        /// Token ids, which only vendors with the same tokenizer understand.
        case tokens([[Int64]])
    }

    var model: String
    var input: Input
    var dimensions: Int64?
    /// `encoding_format` is `base64`: little-endian 32-bit floats.
    var wantsBase64 = false
    var user: String?
    /// `input_type` or `task_type`: `query`, `document`, … for vendors that tell them apart.
    var purpose: String?
}

/// The vectors, in the order of the input.
struct EmbeddingAnswer: Sendable, Equatable {
    /// Each number as the vendor wrote it, or the vendor's base64.
    enum Vector: Sendable, Equatable {
        case numbers(JSONValue)
        case base64(String)
    }

    var model: String?
    var vectors: [Vector]
    var usage: TokenUsage?
}
