import Contracts
import Foundation
import ServiceKit

/// What must be known of an attempt to account for it after a crash.
struct CallRegisterEntry: Sendable, Equatable {
    var identity: CallIdentity
    var attempt: Int
    var kind: ModelCall.Kind
    var tenant: TenantID
    var model: String
    var provider: String
    var requestID: String
    var actor: String
    var requestBytes: Int
    var lease: LeaseID?
    var apiKey: APIKeyID?
    var user: String?
    var startedAt: Date

    /// One line of JSON with its line feed, without the user's name if it would be longer than `maximum` bytes.
    func line(maximum: Int) -> [UInt8] {
        var line = text(user: user)
        if line.count >= maximum { line = text(user: nil) }
        line.append(0x0A)
        return line
    }

    private func text(user: String?) -> [UInt8] {
        var json = JSONText()
        json.member("call", identity.call)
        json.member("attempt", Int64(attempt))
        json.member("kind", kind == .chat ? "chat" : "embedding")
        json.member("tenant", tenant.uuid)
        json.member("model", model)
        json.member("provider", provider)
        json.member("request_id", requestID)
        json.member("actor", actor)
        json.member("bytes", Int64(requestBytes))
        json.member("lease", lease?.uuid)
        json.member("api_key", apiKey?.uuid)
        json.member("user", user)
        json.member("started_ms", Int64(startedAt.timeIntervalSince1970 * 1000))
        return json.finish()
    }

    /// The attempt as the ledger has to know it: its input is estimated, and what came of it is unknown.
    var usage: UsageEvent {
        UsageEvent(
            id: identity.usage(attempt: attempt), tenant: tenant, kind: kind.usage, occurredAt: startedAt,
            requestID: requestID, attempt: attempt, model: model, provider: provider,
            promptTokens: UsageEstimate.tokens(requestBytes), isBatch: Caller.isBatch(actor: actor), isExact: false,
            lease: lease, apiKey: apiKey, user: user)
    }

    var audit: AuditRecord {
        AuditRecord(
            id: identity.audit(attempt: attempt), tenant: tenant, occurredAt: startedAt, service: .gateway,
            action: kind.action, outcome: .failure, actor: actor, requestID: requestID, model: model,
            promptTokens: UsageEstimate.tokens(requestBytes),
            details: ["provider": provider, "usage": "estimated", "reason": "the gateway was stopped during the call"])
    }
}

extension CallRegisterEntry {
    init(_ attempt: CallAttempt, lease: LeaseID?) {
        let call = attempt.call
        identity = call.identity
        self.attempt = attempt.number
        kind = call.kind
        tenant = call.caller.tenant
        model = attempt.target.model
        provider = attempt.provider.name
        requestID = call.caller.requestID
        actor = call.caller.actor
        requestBytes = attempt.requestBytes
        self.lease = lease
        apiKey = call.caller.apiKey
        user = call.user
        startedAt = call.startedAt
    }

    /// Nil for a line that is not whole.
    init?(line: [UInt8]) {
        guard let json = try? JSONValue(parsing: line),
            let call = json["call"]?.string.flatMap({ UUID(uuidString: $0) }),
            let attempt = json["attempt"]?.integer, let kind = json["kind"]?.string,
            let tenant = json["tenant"]?.string.flatMap({ TenantID($0) }), let model = json["model"]?.string,
            let provider = json["provider"]?.string, let requestID = json["request_id"]?.string,
            let actor = json["actor"]?.string, let bytes = json["bytes"]?.integer,
            let started = json["started_ms"]?.integer
        else { return nil }
        identity = CallIdentity(call: call)
        self.attempt = Int(attempt)
        self.kind = kind == "chat" ? .chat : .embedding
        self.tenant = tenant
        self.model = model
        self.provider = provider
        self.requestID = requestID
        self.actor = actor
        requestBytes = Int(bytes)
        lease = json["lease"]?.string.flatMap { LeaseID($0) }
        apiKey = json["api_key"]?.string.flatMap { APIKeyID($0) }
        user = json["user"]?.string
        startedAt = Date(timeIntervalSince1970: Double(started) / 1000)
    }
}
