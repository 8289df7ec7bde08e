import Foundation

/// OpenAI's embeddings (`POST /v1/embeddings`), as its clients speak them.
enum OpenAIEmbeddingsDialect {
    /// More inputs at once than any vendor takes.
    static let maximumInputs = 2048
    /// Longer than any model's vectors.
    private static let maximumDimensions: Int64 = 65_536

    /// Reads a whole request.
    ///
    /// - Throws: `TranslationError.invalid`, naming the caller's member.
    static func demand(_ body: [UInt8]) throws(TranslationError) -> EmbeddingDemand {
        let body = try RequestValue.body(body)
        var demand = EmbeddingDemand(
            model: try body.required("model").string(), input: try input(try body.required("input")))
        demand.dimensions = try body.integer("dimensions", 1...maximumDimensions)
        demand.user = try body.string("user")
        demand.purpose = try body.string("input_type")
        switch try body.string("encoding_format") {
        case nil, "float": demand.wantsBase64 = false
        case "base64": demand.wantsBase64 = true
        case .some: throw .invalid(parameter: "encoding_format", "must be float or base64")
        }
        return demand
    }

    private static func input(_ input: RequestValue) throws(TranslationError) -> EmbeddingDemand.Input {
        if let text = input.value.string { return .texts([text]) }
        guard let elements = input.value.elements else { throw input.invalid("must be a string or an array") }
        guard !elements.isEmpty else { throw input.invalid("must not be empty") }
        switch elements[0] {
        case .string:
            guard elements.count <= maximumInputs else { throw input.invalid("has more than \(maximumInputs) texts") }
            return .texts(try input.strings())
        case .number: return .tokens([try tokens(input)])
        case .array:
            guard elements.count <= maximumInputs else { throw input.invalid("has more than \(maximumInputs) inputs") }
            var lists: [[Int64]] = []
            for list in try input.elements() { lists.append(try tokens(list)) }
            return .tokens(lists)
        case .null, .boolean, .object: throw input.invalid("must hold strings or lists of tokens")
        }
    }

    private static func tokens(_ list: RequestValue) throws(TranslationError) -> [Int64] {
        var tokens: [Int64] = []
        for element in try list.elements() { tokens.append(try element.integer(0 ... .max)) }
        guard !tokens.isEmpty else { throw list.invalid("must not be empty") }
        return tokens
    }

    /// Writes the vectors as `demand` wants them; each number keeps the value that it has as a 32-bit float.
    ///
    /// - Throws: `TranslationError.malformedAnswer` when a vector is none.
    static func answer(
        _ answer: EmbeddingAnswer, to demand: EmbeddingDemand
    ) throws(TranslationError) -> [UInt8] {
        var bytes = Array(#"{"object":"list","data":["#.utf8)
        for (index, vector) in answer.vectors.enumerated() {
            if index > 0 { bytes.append(UInt8(ascii: ",")) }
            bytes += #"{"object":"embedding","index":\#(index),"embedding":"#.utf8
            try write(vector, wantsBase64: demand.wantsBase64, to: &bytes)
            bytes.append(UInt8(ascii: "}"))
        }
        bytes += #"],"model":"#.utf8
        JSONText.write(answer.model ?? demand.model, to: &bytes)
        bytes += #","usage":{"prompt_tokens":\#(answer.usage?.prompt ?? 0),"#.utf8
        bytes += #""total_tokens":\#(answer.usage?.prompt ?? 0)}}"#.utf8
        return bytes
    }

    private static func write(
        _ vector: EmbeddingAnswer.Vector, wantsBase64: Bool, to bytes: inout [UInt8]
    ) throws(TranslationError) {
        switch (vector, wantsBase64) {
        case (.numbers(let numbers), false): numbers.write(to: &bytes)
        case (.base64(let text), true): JSONText.write(text, to: &bytes)
        case (.numbers(let numbers), true): JSONText.write(try base64(numbers), to: &bytes)
        case (.base64(let text), false): try numbers(text).write(to: &bytes)
        }
    }

    // MARK: Between the two forms

    /// 32-bit floats, little-endian, as base64.
    static func base64(_ numbers: JSONValue) throws(TranslationError) -> String {
        guard let elements = numbers.elements else { throw .malformedAnswer("a vector is not an array") }
        var data = Data(capacity: elements.count * 4)
        for element in elements {
            guard let value = element.number.flatMap({ Float($0) }), value.isFinite else {
                throw .malformedAnswer("a vector holds something else than numbers")
            }
            for shift: UInt32 in [0, 8, 16, 24] { data.append(UInt8(truncatingIfNeeded: value.bitPattern >> shift)) }
        }
        return data.base64EncodedString()
    }

    /// The shortest texts that are read as the same 32-bit floats again.
    static func numbers(_ base64: String) throws(TranslationError) -> JSONValue {
        guard let data = Data(base64Encoded: base64), data.count % 4 == 0 else {
            throw .malformedAnswer("a vector is not base64 of 32-bit floats")
        }
        var elements: [JSONValue] = []
        elements.reserveCapacity(data.count / 4)
        let bytes = Array(data)
        for start in stride(from: 0, to: bytes.count, by: 4) {
            let bits = (0..<4).reduce(UInt32(0)) { $0 | UInt32(bytes[start + $1]) << UInt32(8 * $1) }
            let value = Float(bitPattern: bits)
            guard value.isFinite else { throw .malformedAnswer("a vector holds something else than numbers") }
            elements.append(.number("\(value)"))
        }
        return .array(elements)
    }
}
