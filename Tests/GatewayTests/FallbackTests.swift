import Contracts
import Foundation
import HTTPTypes
import Support
import Testing

@testable import Gateway

@Suite("When a provider fails and another one can answer", .serialized)
struct FallbackTests {
    /// A customer with a first and a second provider for the same models.
    private func run(
        _ body: @escaping @Sendable (GatewayFixture, Customer, _ second: FakeProvider) async throws -> Void
    ) async throws {
        let second = try await FakeProvider.start()
        try await GatewayFixture.run { fixture in
            let customer = try await fixture.makeCustomer()
            _ = try await fixture.makeProvider(customer.tenant, name: "second", server: second, priority: 200)
            try await body(fixture, customer, second)
        }
        await second.stop()
    }

    static let invisible: [FakeProvider.Fault] = [
        .status(500), .status(503), .status(529), .status(429), .status(401), .status(404), .html(502), .html(200),
        .malformedJSON, .reset, .silence, .cut(afterChunks: 0),
    ]

    @Test("before the first token another provider takes over unseen, and each attempt is on the record")
    func before() async throws {
        try await run { fixture, _, second in
            for streamed in [false, true] {
                for fault in Self.invisible {
                    // A tenant of its own: what fails again and again would not be asked any more.
                    let customer = try await fixture.makeCustomer()
                    _ = try await fixture.makeProvider(customer.tenant, name: "second", server: second, priority: 200)
                    fixture.provider.fail("fake-chat", with: fault)
                    let answer = try await customer.chat(stream: streamed)
                    fixture.provider.fail("fake-chat", with: nil)
                    let what: Comment = "\(fault), \(streamed ? "streamed" : "whole"): \(answer.text.prefix(200))"
                    #expect(answer.status == 200, what)
                    #expect(answer.text.contains("said: hello") || answer.text.contains("[DONE]"), what)
                    #expect(!answer.text.contains("\"error\""), what)
                    let events = try fixture.usage(of: customer.tenant)
                    #expect(events.map(\.provider) == ["fake", "second"], what)
                    #expect(events.map(\.attempt) == [1, 2], what)
                    #expect(events.first?.completionTokens == 0 && events.last?.isExact == true, what)
                    #expect(Set(events.map(\.requestID)).count == 1, what)
                }
            }
        }
    }

    @Test("after the first token nobody takes over: an explicit error event ends the stream")
    func after() async throws {
        try await run { fixture, customer, second in
            // As many as do not open the circuit.
            for fault in [FakeProvider.Fault.cut(afterChunks: 3), .stall(afterChunks: 3), .errorEvent(afterChunks: 3)] {
                fixture.provider.fail("fake-chat", with: fault)
                let answer = try await customer.chat(stream: true)
                #expect(answer.status == 200)
                #expect(answer.text.contains("\"error\"") && !answer.text.contains("[DONE]"), "\(fault)")
            }
            #expect(second.meter.requests == 0)
        }
    }

    @Test("what every provider would refuse is refused at once")
    func callersFault() async throws {
        try await run { fixture, customer, second in
            for status in [400, 413, 422] {
                fixture.provider.fail("fake-chat", with: .status(status))
                let answer = try await customer.chat()
                #expect(answer.status == status)
            }
            #expect(second.meter.requests == 0)
        }
    }

    @Test("when all fail the client is told of the limit that passes rather than of what is broken")
    func allFail() async throws {
        try await run { fixture, customer, second in
            fixture.provider.fail("fake-chat", with: .status(429, retryAfterSeconds: 9))
            second.fail("fake-chat", with: .status(500))
            let answer = try await customer.chat()
            #expect(answer.status == 429)
            #expect(answer.headers[.retryAfter] == "9")
        }
    }

    @Test("a single provider that certainly did nothing is asked once more")
    func onceMore() async throws {
        try await GatewayFixture.run { fixture in
            let customer = try await fixture.makeCustomer()
            fixture.provider.script(.status(503))
            #expect(try await customer.chat().status == 200)
            #expect(try fixture.usage(of: customer.tenant).map(\.attempt) == [1, 2])
        }
    }
}
