import Foundation
import Testing

@testable import Gateway

@Suite("Reading the body of a model call")
struct ModelRequestTests {
    private func read(_ text: String) throws -> ModelRequest { try ModelRequest(.openAIChat, body: Array(text.utf8)) }

    @Test("what is read agrees with Foundation on generated documents")
    func agreesWithFoundation() throws {
        var random = RandomJSON()
        for _ in 0..<2_000 {
            let model = "m" + random.text().filter { $0 != "\n" && $0 != "\t" }
            let limit = Int.random(in: 1...100_000)
            let streams = Bool.random()
            let text = random.object(members: [
                (random.string("model"), random.string(model)), (random.string("max_tokens"), "\(limit)"),
                (random.string("stream"), "\(streams)"),
                (random.string("stream_options"), random.object(members: [("\"include_usage\"", "true")], depth: 1)),
                (random.string("user"), random.string("someone")),
            ])
            let request = try read(text)
            let object = try #require(
                try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any], "\(text)")
            #expect(request.model == object["model"] as? String)
            #expect(request.maximumTokens?.value == (object["max_tokens"] as? Int).map(Int64.init))
            #expect(request.streams == object["stream"] as? Bool)
            #expect(request.user == object["user"] as? String)
            #expect(request.streamOptions?.includesUsage == true)
        }
    }

    @Test("a splice changes the member and nothing else")
    func splice() throws {
        var random = RandomJSON()
        for _ in 0..<500 {
            let text = random.object(members: [("\"model\"", "\"m\""), ("\"max_tokens\"", "100000")])
            let request = try read(text)
            var edits = BodyEdits()
            edits.insert("\"stream_options\":{\"include_usage\":true},", at: request.firstMember)
            edits.replace(try #require(request.maximumTokens).range, with: "7")
            let spliced = edits.applied(to: request.body)
            var expected =
                try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? NSDictionary)
                .mutableCopy() as? [String: Any]
            expected?["max_tokens"] = 7
            expected?["stream_options"] = ["include_usage": true]
            let got = try #require(try JSONSerialization.jsonObject(with: Data(spliced)) as? NSDictionary)
            #expect(got.isEqual(expected.map { NSDictionary(dictionary: $0) }))
        }
    }

    @Test(
        "text that is not JSON is refused",
        arguments: [
            "", " ", "{", "}", "[]", "\"model\"", "{\"model\"}", "{\"model\":}", "{\"model\":\"m\",}", "{'model':'m'}",
            "{\"model\":\"m\"} x", "{\"model\":\"m\"}{}", "{\"model\":\"\u{1}\"}", "{\"model\":\"m\\x\"}",
            "{\"model\":\"m\\u12\"}", "{\"a\":01,\"model\":\"m\"}", "{\"a\":.5,\"model\":\"m\"}",
            "{\"a\":1.,\"model\":\"m\"}",
            "{\"a\":+1,\"model\":\"m\"}", "{\"a\":1e,\"model\":\"m\"}", "{\"a\":tru,\"model\":\"m\"}",
            "{\"a\":NaN,\"model\":\"m\"}",
            "{\"a\" 1,\"model\":\"m\"}", "{\"a\":[1 2],\"model\":\"m\"}", "{\"a\":\"b", "{\"model\":\"m\\",
        ])
    func malformed(text: String) {
        #expect(throws: ModelRequestError.self) { try read(text) }
    }

    @Test("the start of a document is never taken for the whole")
    func everyPrefix() throws {
        let text =
            "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"\\u00e9 \\\" x\"}],\"n\":2,\"t\":-1.5e-3}"
        let bytes = Array(text.utf8)
        for end in 0..<bytes.count {
            #expect(throws: ModelRequestError.self) { try ModelRequest(.openAIChat, body: Array(bytes[..<end])) }
        }
        #expect(try ModelRequest(.openAIChat, body: bytes).choices == 2)
    }

    @Test(
        "bytes that are not UTF-8 are refused", arguments: [[0xFF], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF5, 0x80]])
    func notUTF8(bytes: [UInt8]) {
        let body = Array("{\"model\":\"".utf8) + bytes + Array("\"}".utf8)
        #expect(throws: ModelRequestError.self) { try ModelRequest(.openAIChat, body: body) }
    }

    @Test("deep nesting is refused and does not end the process")
    func deepNesting() throws {
        let deep = String(repeating: "[", count: 100_000)
        #expect(throws: ModelRequestError.self) { try read("{\"model\":\"m\",\"a\":\(deep)") }
        let fair = String(repeating: "[", count: 200) + String(repeating: "]", count: 200)
        #expect(try read("{\"model\":\"m\",\"a\":\(fair)}").model == "m")
    }

    @Test("a lone surrogate in an escape passes, since only the provider can judge it")
    func loneSurrogate() throws {
        #expect(try read("{\"model\":\"m\",\"x\":\"\\ud83d\"}").model == "m")
    }

    @Test(
        "a member that decides about money or routing may stand once only, however it is written",
        arguments: [
            "{\"model\":\"a\",\"model\":\"b\"}", "{\"model\":\"a\",\"mod\\u0065l\":\"b\"}",
            "{\"model\":\"a\",\"max_tokens\":1,\"max_tokens\":9999}", "{\"model\":\"a\",\"n\":1,\"\\u006e\":99}",
        ])
    func duplicates(text: String) {
        #expect(throws: ModelRequestError.self) { try read(text) }
    }

    @Test(
        "a member of the wrong kind is refused by name",
        arguments: [
            ("{\"model\":5}", "model"), ("{}", "model"), ("{\"model\":\"\"}", "model"), ("{\"model\":null}", "model"),
            ("{\"model\":\"a\\nb\"}", "model"), ("{\"model\":\"m\",\"stream\":\"yes\"}", "stream"),
            ("{\"model\":\"m\",\"max_tokens\":-1}", "max_tokens"),
            ("{\"model\":\"m\",\"max_tokens\":1.5}", "max_tokens"),
            ("{\"model\":\"m\",\"max_tokens\":99999999999999999999}", "max_tokens"),
            ("{\"model\":\"m\",\"n\":0}", "n"), ("{\"model\":\"m\",\"n\":1000}", "n"),
            ("{\"model\":\"m\",\"stream_options\":[]}", "stream_options"),
        ])
    func wrongKind(text: String, parameter: String) {
        #expect {
            try read(text)
        } throws: { error in
            guard case ModelRequestError.invalid(let named, _) = error else { return false }
            return named == parameter
        }
    }

    @Test("null counts as absent, as with OpenAI")
    func null() throws {
        let request = try read(
            "{\"model\":\"m\",\"max_tokens\":null,\"stream\":null,\"n\":null,\"stream_options\":null}")
        #expect(request.statedLimit == nil && !request.streams && request.choices == 1 && request.streamOptions == nil)
    }
}
