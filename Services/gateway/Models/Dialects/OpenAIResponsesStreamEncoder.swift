/// Writes the events of the Responses interface's streams.
struct OpenAIResponsesStreamEncoder: AnswerStreamEncoder {
    private enum Item: Equatable {
        case message, reasoning
        case call(Int)
    }

    private enum Part { case text, refusal, summary }

    private let identifier: String
    private var response: ResponseObject
    private var sequence: Int64 = 0
    private var hasBegun = false
    /// The items that are finished.
    private var output: [JSONValue] = []
    private var open: Item?
    /// Of the open item: its finished parts, the open part and what was said in it.
    private var content: [JSONValue] = []
    private var part: Part?
    private var text = ""
    private var tokens: [JSONValue] = []
    private var thought = ContentPart.Reasoning(text: "")
    private var call = ContentPart.ToolCall(id: "", name: "", arguments: "")
    private var finish = FinishReason.stop
    private var usage: TokenUsage?
    private(set) var ending: [UInt8] = []

    init(_ context: AnswerContext) {
        identifier = context.identifier
        response = ResponseObject(context)
    }

    mutating func encode(_ event: CompletionEvent) -> [UInt8] {
        var bytes: [UInt8] = []
        switch event {
        case .begin(_, let model, let created): begin(model, created, &bytes)
        // One answer only in this interface.
        case .text(let piece, 0): say(piece, .text, &bytes)
        case .refusal(let piece, 0): say(piece, .refusal, &bytes)
        case .reasoning(let piece, 0): think(piece, &bytes)
        case .reasoningSeal(let signature, let sealed, 0):
            openItem(.reasoning, &bytes)
            thought.signature = signature ?? thought.signature
            thought.sealed = sealed ?? thought.sealed
        case .toolCall(let index, let id, let name, 0):
            closeItem(&bytes)
            call = ContentPart.ToolCall(id: id, name: name, arguments: "")
            openItem(.call(index), &bytes)
        case .toolArguments(let index, let piece, 0):
            guard open == .call(index), !piece.isEmpty else { break }
            call.arguments += piece
            write("response.function_call_arguments.delta", place + [member("delta", piece)], &bytes)
        case .logProbabilities(let value, 0): tokens += ResponsesItem.logProbabilities(value)
        case .finish(let reason, 0):
            finish = reason
            closeItem(&bytes, status: ResponseObject.Status(reason))
        case .usage(let counted): usage = counted
        case .end: end(&bytes)
        // A failure is told by the gateway.
        case .failure, .text, .refusal, .reasoning, .reasoningSeal, .toolCall, .toolArguments, .logProbabilities,
            .finish:
            break
        }
        return bytes
    }

    // MARK: The response

    private mutating func begin(_ model: String?, _ created: Int64?, _ bytes: inout [UInt8]) {
        guard !hasBegun else { return }
        hasBegun = true
        response.model = model
        response.created = created
        let value = JSONValue.Member("response", response.value(.inProgress, output: [], usage: nil))
        write("response.created", [value], &bytes)
        write("response.in_progress", [value], &bytes)
    }

    private mutating func end(_ bytes: inout [UInt8]) {
        begin(nil, nil, &bytes)
        closeItem(&bytes)
        let status = ResponseObject.Status(finish)
        let value = response.value(status, output: output, usage: usage)
        var last: [UInt8] = []
        write("response.\(status.word)", [JSONValue.Member("response", value)], &last)
        ending = last
    }

    // MARK: Items

    private var itemID: String {
        switch open {
        case .message, nil: "msg_\(identifier)_\(output.count)"
        case .reasoning: "rs_\(identifier)_\(output.count)"
        case .call: "fc_\(identifier)_\(output.count)"
        }
    }

    private func item(_ status: String) -> JSONValue {
        switch open {
        case .message, nil: ResponsesItem.message(itemID, status, content)
        case .reasoning: ResponsesItem.reasoning(itemID, thought)
        case .call: ResponsesItem.call(itemID, status, call)
        }
    }

    private mutating func openItem(_ item: Item, _ bytes: inout [UInt8]) {
        guard open != item else { return }
        begin(nil, nil, &bytes)
        closeItem(&bytes)
        open = item
        write("response.output_item.added", [outputIndex, JSONValue.Member("item", self.item("in_progress"))], &bytes)
    }

    private mutating func closeItem(_ bytes: inout [UInt8], status: ResponseObject.Status = .completed) {
        guard let item = open else { return }
        closePart(&bytes)
        if case .call = item {
            write("response.function_call_arguments.done", place + [member("arguments", call.arguments)], &bytes)
        }
        let value = self.item(status.word)
        write("response.output_item.done", [outputIndex, JSONValue.Member("item", value)], &bytes)
        output.append(value)
        open = nil
        content = []
        thought = ContentPart.Reasoning(text: "")
    }

    // MARK: Parts

    private mutating func say(_ piece: String, _ part: Part, _ bytes: inout [UInt8]) {
        openItem(.message, &bytes)
        openPart(part, &bytes)
        guard !piece.isEmpty else { return }
        text += piece
        let members = contentPlace + [member("delta", piece)]
        if part == .text {
            write("response.output_text.delta", members + [JSONValue.Member("logprobs", .array([]))], &bytes)
        } else {
            write("response.refusal.delta", members, &bytes)
        }
    }

    private mutating func think(_ piece: String, _ bytes: inout [UInt8]) {
        guard !piece.isEmpty else { return }
        openItem(.reasoning, &bytes)
        openPart(.summary, &bytes)
        text += piece
        write("response.reasoning_summary_text.delta", summaryPlace + [member("delta", piece)], &bytes)
    }

    private mutating func openPart(_ part: Part, _ bytes: inout [UInt8]) {
        guard self.part != part else { return }
        closePart(&bytes)
        self.part = part
        switch part {
        case .text: write("response.content_part.added", contentPlace + [partMember(ResponsesItem.text(""))], &bytes)
        case .refusal:
            write("response.content_part.added", contentPlace + [partMember(ResponsesItem.refusal(""))], &bytes)
        case .summary:
            write(
                "response.reasoning_summary_part.added", summaryPlace + [partMember(ResponsesItem.summary(""))], &bytes)
        }
    }

    private mutating func closePart(_ bytes: inout [UInt8]) {
        switch part {
        case nil: return
        case .text:
            let value = ResponsesItem.text(text, tokens)
            write(
                "response.output_text.done",
                contentPlace + [member("text", text), JSONValue.Member("logprobs", .array(tokens))], &bytes)
            write("response.content_part.done", contentPlace + [partMember(value)], &bytes)
            content.append(value)
        case .refusal:
            let value = ResponsesItem.refusal(text)
            write("response.refusal.done", contentPlace + [member("refusal", text)], &bytes)
            write("response.content_part.done", contentPlace + [partMember(value)], &bytes)
            content.append(value)
        case .summary:
            write("response.reasoning_summary_text.done", summaryPlace + [member("text", text)], &bytes)
            write(
                "response.reasoning_summary_part.done", summaryPlace + [partMember(ResponsesItem.summary(text))], &bytes
            )
            thought.text = text
        }
        part = nil
        text = ""
        tokens = []
    }

    // MARK: Events

    private var outputIndex: JSONValue.Member { JSONValue.Member("output_index", .integer(Int64(output.count))) }
    private var place: [JSONValue.Member] { [member("item_id", itemID), outputIndex] }
    private var contentPlace: [JSONValue.Member] {
        place + [JSONValue.Member("content_index", .integer(Int64(content.count)))]
    }
    private var summaryPlace: [JSONValue.Member] { place + [JSONValue.Member("summary_index", 0)] }

    private func member(_ name: String, _ text: String) -> JSONValue.Member { JSONValue.Member(name, .string(text)) }

    private func partMember(_ value: JSONValue) -> JSONValue.Member { JSONValue.Member("part", value) }

    private mutating func write(_ type: String, _ members: [JSONValue.Member], _ bytes: inout [UInt8]) {
        bytes += "event: \(type)\ndata: ".utf8
        JSONValue.object(
            [
                JSONValue.Member("type", .string(type)), JSONValue.Member("sequence_number", .integer(sequence)),
            ] + members
        ).write(to: &bytes)
        bytes += "\n\n".utf8
        sequence += 1
    }
}
