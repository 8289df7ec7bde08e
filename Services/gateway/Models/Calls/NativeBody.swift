/// The body for a provider that speaks the client's dialect: the client's, byte for byte, but for
/// - the model, when it has another name at the provider,
/// - `stream_options.include_usage`, without which a stream of OpenAI's never says what it used,
/// - a limit on the answer, for tenants with a budget.
enum NativeBody {
    static func body(of attempt: CallAttempt, isBudgeted: Bool) -> [UInt8] {
        let request = attempt.call.request
        var edits = BodyEdits()
        if attempt.target.model != request.model {
            edits.replace(request.modelRange, with: JSONValue.string(attempt.target.model).text)
        }
        if request.dialect == .openAIChat, attempt.call.streams { askForUsage(request, &edits) }
        if attempt.call.kind == .chat, isBudgeted { limit(request, attempt.provider, &edits) }
        return edits.applied(to: request.body)
    }

    private static func askForUsage(_ request: ModelRequest, _ edits: inout BodyEdits) {
        guard let options = request.streamOptions else {
            set("stream_options", to: #"{"include_usage":true}"#, request, &edits)
            return
        }
        guard !options.includesUsage else { return }
        if let range = options.valueRange {
            edits.replace(range, with: "true")
        } else {
            edits.insert(#""include_usage":true"# + (options.isEmpty ? "" : ","), at: options.firstMember)
        }
    }

    private static func limit(_ request: ModelRequest, _ provider: ModelProvider, _ edits: inout BodyEdits) {
        let limit = CallBudget.limit(stated: request.statedLimit)
        guard request.statedLimit != nil else {
            set(provider.adapter.limitMember(request.dialect), to: String(limit), request, &edits)
            return
        }
        for field in request.limits where field.value > limit {
            edits.replace(field.range, with: String(limit))
        }
    }

    /// Writes a member that has no value yet: over its null, or as the first of the body.
    private static func set(
        _ member: String, to value: String, _ request: ModelRequest, _ edits: inout BodyEdits
    ) {
        if let range = request.nulls[member] {
            edits.replace(range, with: value)
        } else {
            edits.insert("\"\(member)\":\(value),", at: request.firstMember)
        }
    }
}
