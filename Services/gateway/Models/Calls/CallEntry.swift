import Contracts
import Foundation
import ServiceKit

/// Journal entries of a call, written as JSON by hand: `JSONEncoder` takes several times as long as all else that the
/// gateway does with a call. The text is what `WireFormat` reads.
enum CallEntry {
    static func usage(_ event: UsageEvent) -> JournalEntry {
        var json = JSONText()
        json.member("id", event.id.uuid)
        json.member("tenant", event.tenant.uuid)
        json.member("kind", event.kind.rawValue)
        json.member("occurred_at", TimestampText.text(event.occurredAt))
        json.member("request_id", event.requestID)
        json.member("attempt", Int64(event.attempt))
        json.member("model", event.model)
        json.member("provider", event.provider)
        json.member("prompt_tokens", event.promptTokens)
        json.member("completion_tokens", event.completionTokens)
        json.member("cached_tokens", event.cachedTokens)
        json.member("cache_write_tokens", event.cacheWriteTokens == 0 ? nil : event.cacheWriteTokens)
        json.member("reasoning_tokens", event.reasoningTokens == 0 ? nil : event.reasoningTokens)
        if event.isBatch { json.member("is_batch", true) }
        json.member("saved_pico_usd", event.savedPicoUSD == 0 ? nil : event.savedPicoUSD)
        json.member("is_exact", event.isExact)
        json.member("lease", event.lease?.uuid)
        json.member("api_key", event.apiKey?.uuid)
        json.member("user", event.user)
        json.member("agent", event.agent)
        json.member("ticket", event.ticket)
        json.member("workflow", event.workflow)
        return JournalEntry(kind: .usage, payload: json.finish())
    }

    /// - Parameter details: In place of the record's own, sorted by name: a dictionary of a few words costs more than
    ///   writing them.
    static func audit(_ record: AuditRecord, details: [(String, String)]? = nil) -> JournalEntry {
        var json = JSONText()
        json.member("id", record.id.uuid)
        json.member("tenant", record.tenant.uuid)
        json.member("occurred_at", TimestampText.text(record.occurredAt))
        json.member("service", record.service.rawValue)
        json.member("action", record.action)
        json.member("outcome", record.outcome.rawValue)
        json.member("actor", record.actor)
        json.member("request_id", record.requestID)
        json.member("target", record.target)
        json.member("model", record.model)
        json.member("prompt_version", record.promptVersion)
        json.member("sources", record.sources)
        json.member("tools", record.tools)
        json.member("prompt_tokens", record.promptTokens)
        json.member("completion_tokens", record.completionTokens)
        json.member("details", details ?? record.details.sorted { $0.key < $1.key }.map { ($0.key, $0.value) })
        return JournalEntry(kind: .audit, payload: json.finish())
    }
}
