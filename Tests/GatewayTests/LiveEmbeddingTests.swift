import Contracts
import CurlClient
import Foundation
import Support
import Synchronization
import Testing

@testable import Gateway

@Suite("Shared embeddings of a gateway as a process", .serialized)
struct LiveEmbeddingTests {
    /// A key of a tenant whose cache is in force.
    private static func makeKey(_ gateway: LiveGateway) async throws -> String {
        let (tenant, key) = try await gateway.makeCustomer()
        let answer = try await gateway.call(
            "PUT", "/admin/v1/tenants/\(tenant)/config", json: #"{"cache": {"enabled": true}}"#)
        #expect(answer.status == 200)
        try await eventually {
            let probe = try await gateway.call("POST", "/v1/embeddings", json: body("probe"), key: key)
            return probe.headers["x-asterism-cache"] != nil
        }
        return key
    }

    private static func body(_ text: String, model: String = "fake-embedding") -> String {
        #"{"model":"\#(model)","input":"\#(text)"}"#
    }

    @Test("callers that go away leave their share behind, and the sum stays what the provider metered")
    func clientGone() async throws {
        try await LiveGateway.run { gateway in
            let key = try await Self.makeKey(gateway)
            await withTaskGroup(of: Void.self) { group in
                for number in 0..<200 {
                    group.addTask {
                        let call = Task {
                            try await gateway.call(
                                "POST", "/v1/embeddings", json: Self.body("text number \(number)"), key: key)
                        }
                        if number % 3 == 0 {
                            try? await Task.sleep(for: .microseconds(number * 50))
                            call.cancel()
                        }
                        _ = await call.result
                    }
                }
            }
            try await eventually {
                let events = gateway.billing.state.withLock { Array($0.events.values) }
                return events.promptTokens == gateway.provider.meter.promptTokens && events.count >= 134
            }
            let events = gateway.billing.state.withLock { Array($0.events.values) }
            #expect(events.allSatisfy { $0.isExact })
            #expect(gateway.provider.meter.requests < events.count, "calls were shared")
        }
    }

    @Test("callers of a shared call that the gateway is killed in are each accounted for after its restart")
    func killed() async throws {
        try await LiveGateway.run { gateway in
            let key = try await Self.makeKey(gateway)
            gateway.provider.fail("fault-embedding", with: .silence)
            let before = gateway.provider.arrivals.count
            await withTaskGroup(of: Void.self) { group in
                for number in 0..<12 {
                    group.addTask {
                        _ = try? await gateway.call(
                            "POST", "/v1/embeddings", json: Self.body("text \(number)", model: "fault-embedding"),
                            key: key)
                    }
                }
                // The first call, and that of those who came meanwhile.
                try? await eventually { gateway.provider.arrivals.count >= before + 2 }
                try? await Task.sleep(for: .milliseconds(200))
                try? await gateway.end(SIGKILL)
            }
            #expect(gateway.provider.arrivals.count < before + 12, "calls were shared")
            try await gateway.start()
            try await eventually {
                gateway.billing.state.withLock { $0.events.values.count { $0.model == "fault-embedding" } } == 12
            }
            let events = gateway.billing.state.withLock { $0.events.values.filter { $0.model == "fault-embedding" } }
            #expect(events.allSatisfy { !$0.isExact && $0.promptTokens > 0 && $0.kind == .embedding })
        }
    }
}
