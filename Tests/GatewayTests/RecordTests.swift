import Contracts
import Foundation
import ServiceKit
import Testing

@testable import Gateway

@Suite("Records of calls")
struct RecordTests {
    @Test("an entry written by hand reads back as what it was made of")
    func entries() throws {
        for text in ["plain", "quote \" back \\ slash", "line\nfeed\u{1}\u{1F}", "é日本😀", ""] {
            let event = UsageEvent(
                id: UsageRecordID(), tenant: TenantID(), kind: .chat,
                occurredAt: Date(timeIntervalSince1970: 1_800_000_000.125),
                requestID: text, attempt: 2, model: text, provider: text, promptTokens: 3, completionTokens: 4,
                cachedTokens: 1, cacheWriteTokens: text.isEmpty ? 0 : 2, reasoningTokens: text.isEmpty ? 0 : 3,
                isBatch: !text.isEmpty, savedPicoUSD: text.isEmpty ? 0 : 4, isExact: false, lease: LeaseID(),
                apiKey: APIKeyID(), user: text, agent: text, ticket: text, workflow: text)
            let read = try WireFormat.decoder().decode(UsageEvent.self, from: Data(CallEntry.usage(event).payload))
            #expect(read == event)
            let record = AuditRecord(
                id: AuditEventID(), tenant: TenantID(), occurredAt: event.occurredAt, service: .gateway,
                action: "chat.completion", outcome: .denied, actor: text, requestID: text, target: text, model: text,
                sources: [text, "b"], tools: [text], promptTokens: 1, completionTokens: 2,
                details: ["a": text, "b": "c"])
            let back = try WireFormat.decoder().decode(AuditRecord.self, from: Data(CallEntry.audit(record).payload))
            #expect(back == record)
        }
    }

    @Test("times are written to the millisecond in the form that WireFormat reads")
    func timestamps() throws {
        for _ in 0..<2_000 {
            let date = Date(timeIntervalSince1970: Double(Int64.random(in: 0...10_000_000_000_000)) / 1000)
            let read = try #require(WireFormat.date(TimestampText.text(date)))
            #expect(abs(read.timeIntervalSince(date)) < 0.0015)
        }
        #expect(TimestampText.text(Date(timeIntervalSince1970: 951_782_400)) == "2000-02-29T00:00:00.000Z")
    }

    @Test("the ids of a call's records differ by purpose and attempt, and follow from the call")
    func identities() {
        let identity = CallIdentity(call: UUID())
        #expect(identity.usage(attempt: 1) == CallIdentity(call: identity.call).usage(attempt: 1))
        let ids = [
            identity.usage(attempt: 1).uuid, identity.usage(attempt: 2).uuid, identity.audit(attempt: 1).uuid,
            CallIdentity(call: UUID()).usage(attempt: 1).uuid,
        ]
        #expect(Set(ids).count == ids.count)
        #expect(ids.allSatisfy { $0.uuid.6 >> 4 == 8 && $0.uuid.8 >> 6 == 2 })
    }
}
