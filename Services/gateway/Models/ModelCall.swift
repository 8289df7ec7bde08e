import Contracts
import Foundation
import ServiceKit

/// One call of a client to a model: all that is known before it is sent.
struct ModelCall: Sendable {
    enum Kind: Sendable {
        case chat, embedding

        var action: String {
            switch self {
            case .chat: "chat.completion"
            case .embedding: "embedding.create"
            }
        }

        var usage: UsageEvent.Kind {
            switch self {
            case .chat: .chat
            case .embedding: .embedding
            }
        }
    }

    let kind: Kind
    let identity: CallIdentity
    let caller: Caller
    let request: ModelRequest
    let provider: ModelProvider
    let startedAt: Date

    var streams: Bool { kind == .chat && request.streams }

    var url: String {
        switch kind {
        case .chat: provider.chatURL
        case .embedding: provider.embeddingsURL
        }
    }

    /// What the call may cost at most. The limit on the answer is part of it only when it is also sent.
    var budget: CallBudget {
        CallBudget(
            bodyBytes: request.body.count,
            limit: kind == .chat ? CallBudget.limit(stated: request.statedLimit) : 0, choices: request.choices)
    }

    /// The client asked for no usage in its stream, so the chunk that carries it is kept from it.
    var hidesUsageChunk: Bool { streams && request.streamOptions?.includesUsage != true }

    /// The body to send: the client's, byte for byte, but for
    /// - `stream_options.include_usage`, without which a stream never says what it used,
    /// - a limit on the answer, for tenants with a budget.
    func body(isBudgeted: Bool) -> [UInt8] {
        var edits = BodyEdits()
        if streams { askForUsage(&edits) }
        if kind == .chat, isBudgeted { limit(&edits) }
        return edits.applied(to: request.body)
    }

    private func askForUsage(_ edits: inout BodyEdits) {
        guard let options = request.streamOptions else {
            set("stream_options", to: #"{"include_usage":true}"#, &edits)
            return
        }
        guard !options.includesUsage else { return }
        if let range = options.valueRange {
            edits.replace(range, with: "true")
        } else {
            edits.insert(#""include_usage":true"# + (options.isEmpty ? "" : ","), at: options.firstMember)
        }
    }

    private func limit(_ edits: inout BodyEdits) {
        let limit = CallBudget.limit(stated: request.statedLimit)
        guard request.statedLimit != nil else {
            set(provider.limitMember, to: String(limit), &edits)
            return
        }
        for field in request.limits where field.value > limit {
            edits.replace(field.range, with: String(limit))
        }
    }

    /// Writes a member that has no value yet: over its null, or as the first of the body.
    private func set(_ member: String, to value: String, _ edits: inout BodyEdits) {
        if let range = request.nulls[member] {
            edits.replace(range, with: value)
        } else {
            edits.insert("\"\(member)\":\(value),", at: request.firstMember)
        }
    }
}
