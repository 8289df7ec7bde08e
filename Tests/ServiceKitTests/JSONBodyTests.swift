import Contracts
import Foundation
import ServiceKit
import Testing

@Suite("JSON bodies")
struct JSONBodyTests {
    private struct Chat: Codable, Sendable {
        struct Message: Codable, Sendable {
            var role: String
            var content: String
        }

        var messages: [Message]
        var maxTokens: Int?
        var tenant: TenantID?
    }

    private func failure(_ json: String) -> APIError? {
        failure(Array(json.utf8))
    }

    private func failure(_ bytes: [UInt8]) -> APIError? {
        do {
            _ = try JSONBody.decode(Chat.self, from: bytes)
            return nil
        } catch {
            return error
        }
    }

    @Test("a good body is read")
    func good() {
        #expect(
            failure(#"{"messages":[{"role":"user","content":"hé \ud83d\ude00 \\u0000 \""}],"max_tokens":3}"#) == nil)
    }

    @Test(
        "what is not JSON is 400",
        arguments: ["", "{", "nope", "{\"messages\":", "{\"messages\":[]}}", "\u{FEFF}\u{0}"])
    func malformed(json: String) {
        #expect(failure(json)?.code == .malformedRequest)
    }

    @Test("bytes that are not UTF-8 are 400")
    func notText() {
        #expect(
            failure(Array(#"{"messages":[{"role":"a","content":""#.utf8) + [0xFF, 0xFE] + Array("\"}]}".utf8)) != nil)
    }

    @Test("a missing, null or mistyped field is 422 and named by its path on the wire")
    func fields() {
        let cases: [(String, String)] = [
            (#"{}"#, "messages"),
            (#"{"messages":[{"role":"user","content":"a"},{"role":"user"}]}"#, "messages[1].content"),
            (#"{"messages":[{"role":"user","content":7}]}"#, "messages[0].content"),
            (#"{"messages":[{"role":null,"content":"a"}]}"#, "messages[0].role"),
            (#"{"messages":[],"max_tokens":"many"}"#, "max_tokens"),
            // Foundation does not say which number it was.
            (#"{"messages":[],"max_tokens":1.5}"#, "body"),
            (#"{"messages":[],"tenant":"none"}"#, "tenant"),
            (#"{"messages":{}}"#, "messages"),
        ]
        for (json, field) in cases {
            let error = failure(json)
            #expect(error?.code == .invalidRequest, "\(json)")
            #expect(error?.errors.map(\.field) == [field], "\(json)")
        }
    }

    @Test("U+0000 and half a surrogate pair are 422 and name their field, however they are wrapped")
    func characters() {
        let cases: [(String, String)] = [
            (#"{"messages":[{"role":"user","content":"a\u0000b"}]}"#, "messages[0].content"),
            (#"{"messages":[{"role":"x"},{"a":[1,2,"\u0000"]}]}"#, "messages[1].a[2]"),
            (#"{"messages":[{"role":"user","content":"\ud83d"}]}"#, "messages[0].content"),
            (#"{"messages":[{"role":"user","content":"\ude00x"}]}"#, "messages[0].content"),
            (#"{"messages":[{"role":"user","content":"\ud83d\ud83d\ude00"}]}"#, "messages[0].content"),
            (#"{ "messages" : [ { "role" : "\ud83d\n" } ] }"#, "messages[0].role"),
        ]
        for (json, field) in cases {
            let error = failure(json)
            #expect(error?.code == .invalidRequest, "\(json)")
            #expect(error?.errors.map(\.field) == [field], "\(json)")
        }
    }

    @Test("64 levels are read, 65 are refused, and a million do not end the process")
    func depth() {
        func nested(_ levels: Int) -> String {
            String(repeating: "[", count: levels) + String(repeating: "]", count: levels)
        }
        #expect((try? JSONBody.check(Array(nested(64).utf8))) != nil)
        #expect((try? JSONBody.check(Array(nested(65).utf8))) == nil)
        #expect(failure(String(repeating: "[", count: 1_000_000))?.code == .malformedRequest)
        #expect(failure(String(repeating: #"{"a":"#, count: 200_000))?.code == .malformedRequest)
    }

    @Test("brackets inside strings are not nesting")
    func brackets() {
        let text = String(repeating: "[{", count: 500)
        #expect(failure(#"{"messages":[{"role":"user","content":"\#(text)"}]}"#) == nil)
    }

    @Test("no cut of a good body ends the process")
    func truncated() {
        let bytes = Array(#"{"messages":[{"role":"us\u00e9r","content":"\ud83d\ude00\\"}],"max_tokens":3}"#.utf8)
        for length in 0..<bytes.count { #expect(failure(Array(bytes.prefix(length))) != nil) }
    }
}
