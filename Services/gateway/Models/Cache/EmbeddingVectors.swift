/// An answer with embeddings, as OpenAI writes it, taken apart and put together.
struct EmbeddingVectors: Sendable, Equatable {
    enum Failure: Error, Equatable {
        case malformed
        /// Not one vector for each text.
        case incomplete
    }

    /// The JSON of each vector, an array of numbers or base64, in the order of the texts.
    let vectors: [[UInt8]]
    /// Nil when the provider does not say.
    let usage: TokenUsage?

    init(_ body: [UInt8], count: Int) throws(Failure) {
        let document = JSONDocument(body)
        var data: JSONDocument.Value?
        var usage: TokenUsage?
        do {
            try document.scan { key, value in
                if key.matches("data") { data = value }
                if key.matches("usage") { usage = TokenUsage(value, in: document) }
            }
            guard let data, data.kind == .array else { throw Failure.malformed }
            vectors = try Self.vectors(data, in: document, count: count)
        } catch let failure as Failure {
            throw failure
        } catch {
            throw .malformed
        }
        self.usage = usage
    }

    private static func vectors(
        _ data: JSONDocument.Value, in document: JSONDocument, count: Int
    ) throws -> [[UInt8]] {
        var found = [[UInt8]?](repeating: nil, count: count)
        var position = 0
        var cursor = JSONCursor(document.bytes, at: data.range.lowerBound)
        var isComplete = true
        try cursor.forEachElement { (cursor) throws(JSONSyntaxError) in
            let start = cursor.position
            let kind = try cursor.skipValue()
            var index = Int64(position)
            var vector: Range<Int>?
            document.members(of: JSONDocument.Value(kind: kind, range: start..<cursor.position)) { key, value in
                if key.matches("index") { index = document.integer(of: value) ?? -1 }
                if key.matches("embedding"), value.kind == .array || value.kind == .string { vector = value.range }
            }
            position += 1
            guard let vector, index >= 0, index < count, found[Int(index)] == nil else {
                isComplete = false
                return
            }
            found[Int(index)] = Array(document.bytes[vector])
        }
        let vectors = found.compactMap(\.self)
        guard isComplete, vectors.count == count else { throw Failure.incomplete }
        return vectors
    }

    /// The numbers of one vector as it is written; nil when it is none.
    static func numbers(_ vector: [UInt8]) -> [Float]? {
        guard var value = try? JSONValue(parsing: vector) else { return nil }
        if let base64 = value.string {
            guard let decoded = try? OpenAIEmbeddingsDialect.numbers(base64) else { return nil }
            value = decoded
        }
        guard let elements = value.elements else { return nil }
        let numbers = elements.compactMap { $0.number.flatMap { Float($0) } }
        return numbers.count == elements.count ? numbers : nil
    }

    /// The answer with these vectors.
    ///
    /// - Parameter model: As it is to be named.
    static func answer(_ vectors: [[UInt8]], model: String, usage: TokenUsage) -> [UInt8] {
        var body = Array("{\"object\":\"list\",\"data\":[".utf8)
        body.reserveCapacity(vectors.reduce(256) { $0 + $1.count + 48 })
        for (index, vector) in vectors.enumerated() {
            if index > 0 { body.append(UInt8(ascii: ",")) }
            body += "{\"object\":\"embedding\",\"index\":\(index),\"embedding\":".utf8
            body += vector
            body.append(UInt8(ascii: "}"))
        }
        var rest = JSONText()
        rest.member("model", model)
        body += Array("],".utf8) + rest.finish().dropFirst().dropLast()
        body += ",\"usage\":{\"prompt_tokens\":\(usage.prompt),\"total_tokens\":\(usage.prompt)}}".utf8
        return body
    }
}
