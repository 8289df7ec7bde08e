import Contracts
import Foundation
import Testing

@testable import AuditService

@Suite("Admission of audit records")
struct RecordAdmissionTests {
    let admission = RecordAdmission(now: Date(timeIntervalSince1970: 1_790_000_000), issuer: .gateway)

    @Test("an ordinary record is admitted")
    func ordinary() {
        #expect(admission.refusal(of: SampleProof.record(TenantID(), 1)) == nil)
    }

    @Test("a service cannot bear witness for another")
    func otherService() {
        #expect(admission.refusal(of: SampleProof.record(TenantID(), 1, service: .ragService)) != nil)
    }

    @Test("what does not fit the log is refused with its reason")
    func refusals() {
        let changes: [(inout AuditRecord) -> Void] = [
            { $0.action = "" }, { $0.actor = "" }, { $0.requestID = "" }, { $0.actor = "a\0b" },
            { $0.occurredAt = Date(timeIntervalSince1970: 1_790_000_000 + 2 * 86_400) },
            { $0.occurredAt = Date(timeIntervalSince1970: -1) },
            { $0.target = String(repeating: "x", count: 513) },
            { $0.sources = Array(repeating: "document:1", count: 257) },
            { $0.details = ["long": String(repeating: "x", count: 2_049)] },
        ]
        for change in changes {
            var record = SampleProof.record(TenantID(), 1)
            change(&record)
            #expect(admission.refusal(of: record) != nil)
        }
    }
}
