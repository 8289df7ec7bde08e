import Contracts
import Foundation
import HTTPTypes
import Support
import Testing

@testable import Gateway

/// What a client sees, and what the ledger says, when a provider fails. One row for each way to fail.
@Suite("Failing providers", .serialized)
struct FaultMatrixTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let fault: FakeProvider.Fault
        let streamed: Bool
        let status: Int
        /// Must stand in the body.
        let code: String?
        /// How often the only provider is asked: twice when it certainly did nothing.
        var attempts = 1

        var testDescription: String { "\(fault), \(streamed ? "streamed" : "whole")" }
    }

    static let rows: [Row] =
        [false, true].flatMap { streamed in
            [
                Row(fault: .status(400), streamed: streamed, status: 400, code: "told to answer 400"),
                Row(fault: .status(401), streamed: streamed, status: 502, code: "provider_credentials_refused"),
                Row(fault: .status(403), streamed: streamed, status: 502, code: "provider_credentials_refused"),
                Row(fault: .status(404), streamed: streamed, status: 404, code: "told to answer 404"),
                Row(fault: .status(408), streamed: streamed, status: 408, code: nil, attempts: 2),
                Row(fault: .status(409), streamed: streamed, status: 409, code: nil, attempts: 2),
                Row(fault: .status(413), streamed: streamed, status: 413, code: nil),
                Row(fault: .status(422), streamed: streamed, status: 422, code: nil),
                Row(
                    fault: .status(429, retryAfterSeconds: 7), streamed: streamed, status: 429,
                    code: "rate_limit_exceeded"),
                Row(fault: .status(500), streamed: streamed, status: 502, code: "provider_failed", attempts: 2),
                Row(fault: .status(429), streamed: streamed, status: 429, code: "rate_limit_exceeded"),
                Row(fault: .status(502), streamed: streamed, status: 502, code: "provider_failed", attempts: 2),
                Row(fault: .status(503), streamed: streamed, status: 502, code: "provider_failed", attempts: 2),
                Row(
                    fault: .status(503, retryAfterSeconds: 7), streamed: streamed, status: 503,
                    code: "provider_overloaded"),
                Row(
                    fault: .status(529, retryAfterSeconds: 7), streamed: streamed, status: 503,
                    code: "provider_overloaded"),
                Row(fault: .status(504), streamed: streamed, status: 504, code: "provider_timeout"),
                Row(fault: .status(529), streamed: streamed, status: 503, code: "provider_overloaded"),
                Row(fault: .html(502), streamed: streamed, status: 502, code: "provider_failed", attempts: 2),
                Row(fault: .html(200), streamed: streamed, status: 502, code: "provider_answer_unusable"),
                Row(fault: .malformedJSON, streamed: streamed, status: 502, code: "provider_answer_unusable"),
                Row(fault: .silence, streamed: streamed, status: 504, code: "provider_timeout"),
                Row(fault: .reset, streamed: streamed, status: 502, code: "provider_unreachable"),
            ]
        } + [
            Row(fault: .cut(afterChunks: 0), streamed: false, status: 502, code: "provider_unreachable"),
            Row(fault: .huge(40 << 20), streamed: false, status: 502, code: "provider_answer_too_large"),
            Row(fault: .cut(afterChunks: 0), streamed: true, status: 502, code: "stream_interrupted"),
            Row(fault: .huge(40 << 20), streamed: true, status: 502, code: "provider_answer_unusable"),
            Row(fault: .cut(afterChunks: 2), streamed: true, status: 200, code: "stream_interrupted"),
            Row(fault: .stall(afterChunks: 2), streamed: true, status: 200, code: "stream_interrupted"),
            Row(fault: .withoutDone, streamed: true, status: 200, code: "stream_interrupted"),
            Row(fault: .errorEvent(afterChunks: 2), streamed: true, status: 200, code: "provider_overloaded"),
        ]

    @Test("every fault has its outcome, in OpenAI's shape, with a record of each attempt and no false ending")
    func matrix() async throws {
        try await GatewayFixture.run { fixture in
            for row in Self.rows {
                let customer = try await fixture.makeCustomer()
                // Not for one request only: a kept connection that is reset before an answer is tried once more.
                fixture.provider.fail("fake-chat", with: row.fault)
                let answer = try await customer.chat(stream: row.streamed)
                fixture.provider.fail("fake-chat", with: nil)
                #expect(answer.status == row.status, "\(row.testDescription): \(answer.text.prefix(300))")
                #expect(answer.text.contains("\"error\""), "\(row.testDescription)")
                #expect(!answer.text.contains("[DONE]"), "\(row.testDescription)")
                if let code = row.code { #expect(answer.text.contains(code), "\(row.testDescription): \(answer.text)") }
                if case .status(_, let seconds?) = row.fault {
                    #expect(answer.headers[.retryAfter] == String(seconds))
                }
                let events = try fixture.usage(of: customer.tenant)
                #expect(events.map(\.attempt) == Array(1...row.attempts), "\(row.testDescription)")
                if row.status != 200 { #expect(events.first?.completionTokens == 0, "\(row.testDescription)") }
                let records = try fixture.audit(of: customer.tenant)
                #expect(
                    records.map(\.outcome) == Array(repeating: .failure, count: row.attempts), "\(row.testDescription)")
            }
        }
    }

    @Test("a provider that does not say what was used is metered by an estimate that says so")
    func withoutUsage() async throws {
        try await GatewayFixture.run { fixture in
            for streamed in [false, true] {
                let customer = try await fixture.makeCustomer()
                fixture.provider.script(.withoutUsage)
                let answer = try await customer.chat(stream: streamed)
                #expect(answer.status == 200)
                let event = try #require(try fixture.usage(of: customer.tenant).first)
                #expect(!event.isExact && event.promptTokens > 0 && event.completionTokens > 0)
            }
        }
    }

    @Test("a provider that refuses connections is a 502")
    func refused() async throws {
        try await GatewayFixture.run { fixture in
            let customer = try await fixture.makeCustomer()
            await fixture.provider.stop()
            for streamed in [false, true] {
                let answer = try await customer.chat(stream: streamed)
                #expect(answer.status == 502)
                #expect(answer.text.contains("provider_unreachable"))
            }
        }
    }
}
