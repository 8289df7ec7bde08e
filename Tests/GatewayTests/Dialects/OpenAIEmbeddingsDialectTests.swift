import Foundation
import Testing

@testable import Gateway

@Suite("OpenAI's embeddings, read and written")
struct OpenAIEmbeddingsDialectTests {
    private func demand(_ members: String) throws -> EmbeddingDemand {
        try OpenAIEmbeddingsDialect.demand(Array(#"{"model":"m",\#(members)}"#.utf8))
    }

    @Test("the input is a text, texts, tokens or lists of tokens")
    func input() throws {
        #expect(try demand(#""input":"a""#).input == .texts(["a"]))
        #expect(try demand(#""input":["a","b"]"#).input == .texts(["a", "b"]))
        #expect(try demand(#""input":[1,2]"#).input == .tokens([[1, 2]]))
        #expect(try demand(#""input":[[1,2],[3]]"#).input == .tokens([[1, 2], [3]]))
        let all = try demand(
            #""input":"a","dimensions":64,"encoding_format":"base64","user":"u","input_type":"query""#)
        #expect(all.dimensions == 64 && all.wantsBase64 && all.user == "u" && all.purpose == "query")
    }

    @Test(
        "a request that is none is refused with the name of the member",
        arguments: [
            (#""input":[]"#, "input"), (#""input":7"#, "input"), (#""x":1"#, "input"),
            (#""input":["a",1]"#, "input[1]"),
            (#""input":[[1,"a"]]"#, "input[0][1]"), (#""input":[[]]"#, "input[0]"), (#""input":[-1]"#, "input[0]"),
            (#""input":"a","dimensions":0"#, "dimensions"), (#""input":"a","encoding_format":"x""#, "encoding_format"),
        ])
    func refused(members: String, parameter: String) {
        #expect {
            try demand(members)
        } throws: { error in
            guard case .invalid(let named, _) = error as? TranslationError else { return false }
            return named == parameter
        }
    }

    @Test("every 32-bit float survives both ways")
    func floats() throws {
        var generator = SystemRandomNumberGenerator()
        let values =
            [0, -0.0, .leastNonzeroMagnitude, .greatestFiniteMagnitude, 1 / 3, -1e-10]
            + (0..<2000).map { _ in Float(bitPattern: generator.next()) }.filter(\.isFinite)
        let numbers = JSONValue.array(values.map { .number("\($0)") })
        let base64 = try OpenAIEmbeddingsDialect.base64(numbers)
        #expect(try OpenAIEmbeddingsDialect.numbers(base64) == numbers)
        // As Python's struct.pack("<2f", 1.0, -2.5) writes them.
        #expect(try OpenAIEmbeddingsDialect.base64(.array([.number("1"), .number("-2.5")])) == "AACAPwAAIMA=")
        #expect(try OpenAIEmbeddingsDialect.numbers("AACAPwAAIMA=") == .array([.number("1.0"), .number("-2.5")]))
    }

    @Test("numbers that a client wants as numbers keep the provider's text")
    func untouched() throws {
        let vector = JSONValue.array([.number("0.10"), .number("1e-3")])
        let answer = EmbeddingAnswer(
            model: nil, vectors: [.numbers(vector)], usage: TokenUsage(prompt: 4, completion: 0))
        let text = try OpenAIEmbeddingsDialect.answer(answer, to: demand(#""input":"a""#))
        #expect(
            String(decoding: text, as: UTF8.self)
                == #"{"object":"list","data":[{"object":"embedding","index":0,"embedding":[0.10,1e-3]}],"model":"m","usage":{"prompt_tokens":4,"total_tokens":4}}"#
        )
    }

    @Test("what is no vector is the provider's fault", arguments: ["\"a\"", "[\"a\"]", "[1e99]", "[null]"])
    func malformed(vector: String) throws {
        let answer = EmbeddingAnswer(vectors: [.numbers(try JSONValue(parsing: Array(vector.utf8)))])
        #expect(throws: TranslationError.self) {
            try OpenAIEmbeddingsDialect.answer(answer, to: demand(#""input":"a","encoding_format":"base64""#))
        }
    }
}
