import Contracts
import Foundation
import Testing

@Suite("The wire format")
struct WireFormatTests {
    @Test("times are RFC 3339 in UTC with milliseconds, and come back")
    func times() throws {
        let date = Date(timeIntervalSince1970: 1_769_860_800)
        #expect(WireFormat.timestamp(date) == "2026-01-31T12:00:00.000Z")
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<1_000 {
            let milliseconds = Int64.random(in: 0..<4_102_444_800_000, using: &generator)
            let date = Date(timeIntervalSince1970: Double(milliseconds) / 1_000)
            let back = try #require(WireFormat.date(WireFormat.timestamp(date)))
            #expect(abs(back.timeIntervalSince(date)) < 0.001)
        }
    }

    @Test("a time with an offset or without a fraction is read")
    func accepted() {
        let noon = Date(timeIntervalSince1970: 1_769_860_800)
        #expect(WireFormat.date("2026-01-31T12:00:00Z") == noon)
        #expect(WireFormat.date("2026-01-31T13:00:00+01:00") == noon)
        #expect(WireFormat.date("2026-01-31T12:00:00.000Z") == noon)
    }

    @Test("what is no time is refused", arguments: ["", "now", "2026-01-31", "1769860800", "2026-13-01T00:00:00Z"])
    func refused(text: String) {
        #expect(WireFormat.date(text) == nil)
    }

    @Test("keys are snake_case and sorted, ids included, and come back")
    func keys() throws {
        let problem = Problem(
            code: .invalidRequest, detail: "d", requestID: "r", errors: [.init(field: "f", detail: "x")])
        let json = try WireFormat.encoder().encode(problem)
        let text = String(decoding: json, as: UTF8.self)
        #expect(text.contains(#""request_id":"r""#))
        #expect(text.hasPrefix(#"{"code":"invalid_request","detail":"d","errors":[{"detail":"x","field":"f"}]"#))
        #expect(try WireFormat.decoder().decode(Problem.self, from: json) == problem)
    }

    @Test("records of usage and audit come back as they were")
    func records() throws {
        let date = Date(timeIntervalSince1970: 1_769_860_800)
        let usage = UsageEvent(
            id: UsageRecordID(), tenant: TenantID(), kind: .chat, occurredAt: date, requestID: "r", model: "m",
            provider: "p", promptTokens: 2, completionTokens: 2, cachedTokens: 1, cacheWriteTokens: 1,
            reasoningTokens: 1, isBatch: true, savedPicoUSD: 5, isExact: false, lease: LeaseID(),
            apiKey: APIKeyID(), user: "u", agent: "a", ticket: "t", workflow: "w")
        let usageJSON = try WireFormat.encoder().encode(usage)
        #expect(try WireFormat.decoder().decode(UsageEvent.self, from: usageJSON) == usage)
        let audit = AuditRecord(
            id: AuditEventID(), tenant: TenantID(), occurredAt: date, service: .gateway, action: "chat.completion",
            outcome: .denied, actor: "operator", requestID: "r", target: "t", model: "m", promptVersion: "a@1",
            sources: ["document:1"], tools: ["x"], promptTokens: 1, completionTokens: 2, details: ["some_key": "v"])
        let auditJSON = try WireFormat.encoder().encode(audit)
        #expect(try WireFormat.decoder().decode(AuditRecord.self, from: auditJSON) == audit)
    }

    @Test("every error code has a status of 400 or more and a title")
    func codes() {
        for code in ErrorCode.allCases {
            #expect((400...599).contains(code.status))
            #expect(!code.title.isEmpty)
            #expect(Problem(code: code).status == code.status)
        }
    }
}
