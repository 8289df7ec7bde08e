import Foundation
import HTTPTypes
import Hummingbird
import NIOCore

/// A chat that was asked for, and the answer to it.
///
/// The answer repeats the last message, one token a word. When tools are offered and the last message is the user's,
/// the first tool is called with that message as its only argument.
struct FakeConversation: Sendable {
    let model: String
    let streams: Bool
    let promptTokens: Int64
    let completionTokens: Int64
    private let words: [String]
    private let tool: String?
    private let isCutShort: Bool
    private let includesUsage: Bool
    private let choices: Int

    init?(_ json: [String: Any], model: String) {
        guard let messages = json["messages"] as? [[String: Any]], let last = messages.last else { return nil }
        self.model = model
        streams = json["stream"] as? Bool ?? false
        choices = json["n"] as? Int ?? 1
        includesUsage = (json["stream_options"] as? [String: Any])?["include_usage"] as? Bool ?? false
        let question = Self.text(last["content"])
        let all = Self.words("You said: \(question)")
        let limit = json["max_completion_tokens"] as? Int ?? json["max_tokens"] as? Int ?? Int.max
        words = Array(all.prefix(limit))
        isCutShort = words.count < all.count
        promptTokens = Int64(messages.reduce(0) { $0 + Self.words(Self.text($1["content"])).count + 1 })
        completionTokens = Int64(words.count * choices)
        let tools = json["tools"] as? [[String: Any]]
        let wantsTools = last["role"] as? String == "user" && json["tool_choice"] as? String != "none"
        tool = wantsTools ? (tools?.first?["function"] as? [String: Any])?["name"] as? String : nil
    }

    // MARK: Whole

    func response(fault: FakeProvider.Fault?) -> Response {
        var body: [String: Any] = envelope("chat.completion")
        body["choices"] = (0..<choices).map { index in
            ["index": index, "message": message, "logprobs": NSNull(), "finish_reason": finishReason] as [String: Any]
        }
        if fault != .withoutUsage { body["usage"] = usage }
        let bytes = FakeProviderAnswer.encode(body)
        guard case .cut = fault else { return FakeProviderAnswer.bytes(.ok, "application/json", bytes) }
        return Response(
            status: .ok, headers: [.contentType: "application/json"],
            body: ResponseBody(contentLength: bytes.count) { writer in
                try await writer.write(ByteBuffer(bytes: bytes.prefix(bytes.count / 2)))
                throw Broken()
            })
    }

    // MARK: Streamed

    func stream(fault: FakeProvider.Fault?) -> Response {
        let events = self.events(withUsage: fault != .withoutUsage)
        return Response(
            status: .ok, headers: [.contentType: "text/event-stream; charset=utf-8", .cacheControl: "no-cache"],
            body: ResponseBody { writer in
                for (index, event) in events.enumerated() {
                    try await Self.interrupt(before: index, fault, &writer)
                    try await writer.write(ByteBuffer(bytes: event))
                }
                if fault != .withoutDone { try await writer.write(ByteBuffer(string: "data: [DONE]\n\n")) }
                try await writer.finish(nil)
            })
    }

    private struct Broken: Error {}

    private static func interrupt(
        before index: Int, _ fault: FakeProvider.Fault?, _ writer: inout any ResponseBodyWriter
    ) async throws {
        switch fault {
        case .cut(let chunks) where index == chunks: throw Broken()
        case .stall(let chunks) where index == chunks: try await Task.sleep(for: .seconds(3600))
        case .errorEvent(let chunks) where index == chunks:
            let event = #"data: {"error":{"message":"overloaded","type":"server_error","param":null,"code":null}}"#
            try await writer.write(ByteBuffer(string: event + "\n\n"))
            throw Broken()
        default: break
        }
    }

    private func events(withUsage: Bool) -> [[UInt8]] {
        var deltas: [([String: Any], String?)] = []
        if let tool {
            deltas.append((["role": "assistant", "content": NSNull(), "tool_calls": [call(tool, indexed: true)]], nil))
        } else {
            deltas.append((["role": "assistant", "content": "", "refusal": NSNull()], nil))
            for (index, word) in words.enumerated() {
                deltas.append((["content": index == 0 ? word : " \(word)"], nil))
            }
        }
        deltas.append(([:], finishReason))
        var chunks = deltas.flatMap { delta, finish in (0..<choices).map { chunk(delta, finish, choice: $0) } }
        if includesUsage, withUsage {
            var last = envelope("chat.completion.chunk")
            last["choices"] = [Any]()
            last["usage"] = usage
            chunks.append(last)
        }
        return chunks.map { Array("data: ".utf8) + FakeProviderAnswer.encode($0) + Array("\n\n".utf8) }
    }

    private func chunk(_ delta: [String: Any], _ finish: String?, choice: Int) -> [String: Any] {
        var body = envelope("chat.completion.chunk")
        body["choices"] = [
            ["index": choice, "delta": delta, "logprobs": NSNull(), "finish_reason": finish as Any? ?? NSNull()]
        ]
        if includesUsage { body["usage"] = NSNull() }
        return body
    }

    // MARK: Parts

    private func envelope(_ object: String) -> [String: Any] {
        [
            "id": "chatcmpl-fake0001", "object": object, "created": 1_700_000_000, "model": model,
            "system_fingerprint": "fp_fake", "service_tier": "default",
        ]
    }

    private var finishReason: String { tool != nil ? "tool_calls" : isCutShort ? "length" : "stop" }

    private var message: [String: Any] {
        if let tool {
            return [
                "role": "assistant", "content": NSNull(), "refusal": NSNull(),
                "tool_calls": [call(tool, indexed: false)],
            ]
        }
        return [
            "role": "assistant", "content": words.joined(separator: " "), "refusal": NSNull(), "annotations": [Any](),
        ]
    }

    private func call(_ tool: String, indexed: Bool) -> [String: Any] {
        let argument = words.dropFirst(2).joined(separator: " ")
        let arguments = String(decoding: FakeProviderAnswer.encode(["input": argument]), as: UTF8.self)
        var call: [String: Any] = [
            "id": "call_fake0001", "type": "function",
            "function": ["name": tool, "arguments": arguments],
        ]
        if indexed { call["index"] = 0 }
        return call
    }

    private var usage: [String: Any] {
        [
            "prompt_tokens": promptTokens, "completion_tokens": completionTokens,
            "total_tokens": promptTokens + completionTokens,
            "prompt_tokens_details": ["cached_tokens": 0, "audio_tokens": 0],
            "completion_tokens_details": ["reasoning_tokens": 0, "audio_tokens": 0],
        ]
    }

    private static func words(_ text: String) -> [String] {
        text.split(whereSeparator: \.isWhitespace).map(String.init)
    }

    private static func text(_ content: Any?) -> String {
        if let text = content as? String { return text }
        let parts = content as? [[String: Any]] ?? []
        return parts.compactMap { $0["text"] as? String }.joined(separator: " ")
    }
}
