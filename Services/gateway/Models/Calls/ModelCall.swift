import Contracts
import Foundation
import ServiceKit

/// One call of a client to a model: all that is known before a provider is asked.
final class ModelCall: Sendable {
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

    let identity: CallIdentity
    let caller: Caller
    let profile: TenantProfile
    let request: ModelRequest
    let labels: CallLabels
    let directive: CacheDirective
    /// What the client chose of its interface by header; nil for most.
    let interface: InterfaceChoice?
    let startedAt: Date
    /// When everything, other attempts included, has to be over.
    let deadline: ContinuousClock.Instant

    init(
        identity: CallIdentity, caller: Caller, profile: TenantProfile, request: ModelRequest, labels: CallLabels,
        directive: CacheDirective, interface: InterfaceChoice?, startedAt: Date, deadline: ContinuousClock.Instant
    ) {
        self.identity = identity
        self.caller = caller
        self.profile = profile
        self.request = request
        self.labels = labels
        self.directive = directive
        self.interface = interface
        self.startedAt = startedAt
        self.deadline = deadline
    }

    var kind: Kind { request.dialect == .openAIEmbeddings ? .embedding : .chat }
    var streams: Bool { kind == .chat && request.streams }

    /// The end user, by whichever name the call gives one.
    var user: String? { labels.user ?? request.user ?? caller.user }

    /// What the call may cost at most. The limit on the answer is part of it only when it is also sent.
    var budget: CallBudget {
        CallBudget(
            bodyBytes: request.body.count,
            limit: kind == .chat ? CallBudget.limit(stated: request.statedLimit) : 0, choices: request.choices)
    }

    /// What the answer has to repeat of the request, for the client's dialect.
    func answerContext(_ conversation: Conversation? = nil) -> AnswerContext {
        AnswerContext(
            model: request.model, identifier: identity.text, created: Int64(startedAt.timeIntervalSince1970),
            includesUsage: request.streamOptions?.includesUsage == true, conversation: conversation)
    }
}
