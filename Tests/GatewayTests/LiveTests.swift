import Contracts
import CurlClient
import Foundation
import Support
import Synchronization
import Testing

@testable import Gateway

@Suite("The gateway as a process", .serialized)
struct LiveTests {
    private static func chat(_ words: Int, stream: Bool) -> String {
        let content = (0..<words).map { "word\($0)" }.joined(separator: " ")
        return
            "{\"model\": \"fake-chat\", \"stream\": \(stream), \"messages\": [{\"role\": \"user\", \"content\": \"\(content)\"}]}"
    }

    @Test("a client that goes away in the middle of a stream leaves the exact usage behind")
    func clientGone() async throws {
        try await LiveGateway.run { gateway in
            let customer = try await gateway.makeCustomer()
            for _ in 0..<20 {
                let answer = try await gateway.client.stream(
                    gateway.request(
                        "POST", "/v1/chat/completions", json: Self.chat(3_000, stream: true), key: customer.key))
                var chunks = answer.body.makeAsyncIterator()
                _ = try await chunks.next()
            }
            try await eventually {
                gateway.billing.state.withLock { $0.events.count } == gateway.provider.meter.requests
            }
            let events = gateway.billing.state.withLock { Array($0.events.values) }
            #expect(events.count == 20)
            #expect(events.allSatisfy { $0.isExact })
            #expect(events.reduce(0) { $0 + $1.completionTokens } == gateway.provider.meter.completionTokens)
        }
    }

    @Test("every call that a provider got is in the ledger exactly once, though the gateway is killed again and again")
    func killed() async throws {
        try await LiveGateway.run { gateway in
            let customer = try await gateway.makeCustomer()
            var answered = 0
            for round in 0..<5 {
                answered += try await Self.storm(gateway, customer.key, streamed: round % 2 == 1)
                try await gateway.start()
            }
            let expected = answered
            try await eventually { gateway.billing.state.withLock { $0.events.count } >= expected }
            try await Task.sleep(for: .milliseconds(500))
            let (events, records) = gateway.billing.state.withLock { ($0.events, $0.records) }
            #expect(events.count >= answered)
            // What was under way when the process died is there as an estimate, whether the provider had got it or not.
            #expect(events.count >= gateway.provider.meter.requests)
            let exact = events.values.filter(\.isExact)
            #expect(exact.count <= gateway.provider.meter.requests)
            #expect(events.count - exact.count <= 5 * 16)
            #expect(records.values.count { $0.action == "chat.completion" } == events.count)
            #expect(answered > 0)
        }
    }

    /// Calls from 16 tasks until the process is killed under them; returns how many were answered whole.
    private static func storm(_ gateway: LiveGateway, _ key: String, streamed: Bool) async throws -> Int {
        try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<16 {
                group.addTask {
                    var answered = 0
                    while let answer = try? await gateway.call(
                        "POST", "/v1/chat/completions", json: chat(5, stream: streamed), key: key)
                    {
                        let text = String(decoding: answer.body, as: UTF8.self)
                        if answer.status == 200, !streamed || text.contains("[DONE]") { answered += 1 }
                    }
                    return answered
                }
            }
            try await Task.sleep(for: .milliseconds(400))
            try await gateway.end(SIGKILL)
            return try await group.reduce(0, +)
        }
    }
}
