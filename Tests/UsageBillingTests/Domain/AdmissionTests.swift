import Contracts
import Foundation
import Testing

@testable import UsageBilling

@Suite("Admission of usage events")
struct AdmissionTests {
    let admission = EventAdmission(now: sampleNow)

    @Test("an ordinary event is admitted")
    func ordinary() {
        #expect(admission.refusal(of: sampleEvent(TenantID())) == nil)
    }

    @Test("what can never be billed is refused")
    func refusals() {
        let changes: [(inout UsageEvent) -> Void] = [
            { $0.promptTokens = -1 }, { $0.completionTokens = -1 }, { $0.cachedTokens = -1 },
            { $0.promptTokens = EventAdmission.maximumTokens + 1 }, { $0.cachedTokens = $0.promptTokens + 1 },
            { $0.cacheWriteTokens = -1 }, { $0.cacheWriteTokens = $0.promptTokens + 1 }, { $0.reasoningTokens = -1 },
            { $0.reasoningTokens = $0.completionTokens + 1 }, { $0.savedPicoUSD = -1 }, { $0.savedPicoUSD = .max },
            { ($0.cachedTokens, $0.cacheWriteTokens) = (60, 60) }, { $0.agent = "" }, { $0.ticket = "a\0" },
            { $0.workflow = String(repeating: "w", count: 257) }, { $0.attempt = 0 }, { $0.attempt = 1_001 },
            { $0.requestID = "" }, { $0.model = "" }, { $0.user = "" },
            { $0.model = String(repeating: "m", count: 257) }, { $0.user = "a\0b" },
            { $0.occurredAt = sampleNow.addingTimeInterval(86_401) },
            { $0.occurredAt = Date(timeIntervalSince1970: -1) },
        ]
        for change in changes {
            var event = sampleEvent(TenantID())
            change(&event)
            #expect(admission.refusal(of: event) != nil)
        }
    }

    @Test("a batch is sorted by tenant, each id once; what cannot be read is refused alone, by its position")
    func batch() throws {
        let (first, second) = (TenantID(), TenantID())
        let events = [sampleEvent(first), sampleEvent(second), sampleEvent(first)]
        var bad = sampleEvent(first)
        bad.promptTokens = -1
        var items = try (events + [events[0], bad]).map {
            String(decoding: try WireFormat.encoder().encode($0), as: UTF8.self)
        }
        items.insert(#"{"id": "x"}"#, at: 1)
        items.append(#""text""#)
        let json = Data("{\"items\": [\(items.joined(separator: ","))]}".utf8)
        let batch = BatchAdmission(
            try WireFormat.decoder().decode(IncomingBatch<UsageEvent>.self, from: json), by: admission)
        #expect(batch.repetitions == 1)
        #expect(batch.rejections.map(\.index) == [1, 5, 6])
        #expect(batch.byTenant.map(\.tenant) == [first, second].sorted())
        #expect(Set(batch.byTenant.flatMap(\.events).map(\.id)) == Set(events.map(\.id)))
    }
}
