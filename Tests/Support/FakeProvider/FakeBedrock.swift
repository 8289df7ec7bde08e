import Foundation

/// Amazon Bedrock's Converse and ConverseStream, and InvokeModel for embeddings of Titan and Cohere.
///
/// Takes the key `ACCESS_KEY_ID:SECRET_ACCESS_KEY` by the signatures made with it, and any other as a bearer token.
package struct FakeBedrock: FakeVendor {
    package init() {}

    package var kind: String { "aws-bedrock" }
    package var basePath: String { "" }

    package func accepts(_ arrival: FakeProvider.Arrival, key: String) -> Bool {
        let parts = key.split(separator: ":", maxSplits: 2).map(String.init)
        guard parts.count > 1 else { return arrival.header("authorization") == "Bearer \(key)" }
        return FakeAWSSignature.isValid(
            arrival, accessKeyID: parts[0], secret: parts[1], token: parts.count > 2 ? parts[2] : nil)
    }

    package func demand(_ arrival: FakeProvider.Arrival) throws(FakeRefusal) -> FakeDemand {
        let path = arrival.path.split(separator: "/").map(String.init)
        guard path.count == 3, path[0] == "model", let model = path[1].removingPercentEncoding else {
            throw .unknownPath
        }
        let json = try [String: Any](json: arrival.body)
        switch path[2] {
        case "converse": return .chat(try question(json, model, streams: false))
        case "converse-stream": return .chat(try question(json, model, streams: true))
        case "invoke":
            let inputs = json["texts"] as? [String] ?? json.string("inputText").map { [$0] } ?? []
            guard inputs.count <= 96 else { throw .invalid("#/texts: expected maximum item count: 96") }
            return .embeddings(
                FakeEmbeddings(
                    model: model, inputs: inputs,
                    dimensions: json.integer("dimensions") ?? json.integer("output_dimension")
                        ?? FakeEmbeddings.defaultDimensions))
        default: throw .unknownPath
        }
    }

    private func question(
        _ json: [String: Any], _ model: String, streams: Bool
    ) throws(FakeRefusal) -> FakeQuestion {
        let messages = json.objects("messages")
        guard let last = messages.last else { throw .invalid("messages: must not be empty") }
        var texts: [String] = []
        if json["system"] != nil { texts.append(text(json.objects("system"))) }
        for message in messages { texts.append(text(message.objects("content"))) }
        var question = FakeQuestion(model: model, texts: texts)
        if last.string("role") == "assistant" {
            guard texts.last?.last?.isWhitespace != true else {
                throw .invalid("final assistant content cannot end with trailing whitespace")
            }
            question.beginning = texts.last
        }
        question.isAsked =
            last.string("role") == "user" && !last.objects("content").contains { $0["toolResult"] != nil }
        question.tool = json.object("toolConfig")?.objects("tools").first?.object("toolSpec")?.string("name")
        question.limit = json.object("inferenceConfig")?.integer("maxTokens")
        question.streams = streams
        question.wantsJSON = json.object("outputConfig")?.object("textFormat") != nil
        return question
    }

    private func text(_ blocks: [[String: Any]]) -> String {
        blocks.compactMap { $0.string("text") ?? $0.object("toolResult").map { text($0.objects("content")) } }
            .joined(separator: " ")
    }

    // MARK: Answers

    private func stop(_ reply: FakeReply) -> String {
        reply.tool != nil ? "tool_use" : reply.isCutShort ? "max_tokens" : "end_turn"
    }

    private func usage(_ reply: FakeReply) -> [String: Any] {
        [
            "inputTokens": reply.promptTokens - reply.cachedTokens, "outputTokens": reply.completionTokens,
            "totalTokens": reply.promptTokens + reply.completionTokens, "cacheReadInputTokens": reply.cachedTokens,
            "cacheWriteInputTokens": 0,
        ]
    }

    package func answer(_ reply: FakeReply) -> [String: Any] {
        var content: [[String: Any]] = []
        if !reply.thoughts.isEmpty {
            content.append([
                "reasoningContent": ["reasoningText": ["text": reply.thought, "signature": "RmFrZQ=="]]
            ])
        }
        if let tool = reply.tool {
            content.append([
                "toolUse": ["toolUseId": "tooluse_fake0001", "name": tool, "input": reply.arguments] as [String: Any]
            ])
        } else {
            content.append(["text": reply.text])
        }
        var body: [String: Any] = [
            "output": ["message": ["role": "assistant", "content": content] as [String: Any]],
            "stopReason": stop(reply), "metrics": ["latencyMs": 1],
        ]
        if !reply.hidesUsage { body["usage"] = usage(reply) }
        return body
    }

    package func stream(_ reply: FakeReply) -> FakeStream {
        var pieces = [FakeAWSEvents.event("messageStart", ["role": "assistant"])]
        var index = 0
        func block(start: [String: Any]?, _ deltas: [[String: Any]]) {
            if let start {
                pieces.append(
                    FakeAWSEvents.event("contentBlockStart", ["contentBlockIndex": index, "start": start]))
            }
            pieces += deltas.map {
                FakeAWSEvents.event("contentBlockDelta", ["contentBlockIndex": index, "delta": $0])
            }
            pieces.append(FakeAWSEvents.event("contentBlockStop", ["contentBlockIndex": index]))
            index += 1
        }
        if !reply.thoughts.isEmpty {
            let thoughts = reply.thoughtPieces.map { ["reasoningContent": ["text": $0]] }
            block(start: nil, thoughts + [["reasoningContent": ["signature": "RmFrZQ=="]]])
        }
        if let tool = reply.tool {
            let text = reply.argumentsText
            block(
                start: ["toolUse": ["toolUseId": "tooluse_fake0001", "name": tool]],
                [String(text.prefix(5)), String(text.dropFirst(5))].map { ["toolUse": ["input": $0]] })
        } else {
            block(start: nil, reply.pieces.map { ["text": $0] })
        }
        pieces.append(FakeAWSEvents.event("messageStop", ["stopReason": stop(reply)]))
        var metadata: [String: Any] = ["metrics": ["latencyMs": 1]]
        if !reply.hidesUsage { metadata["usage"] = usage(reply) }
        return FakeStream(
            contentType: "application/vnd.amazon.eventstream", pieces: pieces,
            ending: FakeAWSEvents.event("metadata", metadata))
    }

    package func embeddings(_ batch: FakeEmbeddings) -> [String: Any] {
        let vectors = batch.vectors.map { $0.map(Double.init) }
        guard batch.model.contains("cohere.") else {
            return ["embedding": vectors.first ?? [], "inputTextTokenCount": batch.promptTokens]
        }
        return [
            "id": "fake0001", "response_type": "embeddings_by_type", "texts": batch.inputs,
            "embeddings": ["float": vectors],
        ]
    }

    package func error(_ refusal: FakeRefusal) -> [String: Any] { ["message": refusal.message] }

    package func errorHeaders(_ refusal: FakeRefusal) -> [(String, String)] {
        let type =
            switch refusal.status {
            case 401, 403: "UnrecognizedClientException"
            case 404: "ResourceNotFoundException"
            case 408: "ModelTimeoutException"
            case 424: "ModelErrorException"
            case 429: "ThrottlingException"
            case 503: "ServiceUnavailableException"
            case 500...: "InternalServerException"
            default: "ValidationException"
            }
        return [("x-amzn-errortype", "\(type):http://internal.amazon.com/coral/com.amazon.bedrock/")]
    }

    package var errorEvent: [UInt8] {
        FakeAWSEvents.exception("throttlingException", ["message": "Too many requests, please wait."])
    }

    package var models: [String: Any] { [:] }
}
