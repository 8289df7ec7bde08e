import Contracts
import CurlClient
import Foundation
import Support
import Synchronization
import Testing

@testable import Gateway

@Suite("Batches and a gateway that is killed", .serialized, .timeLimit(.minutes(5)))
struct BatchKillTests {
    private static let lines = 600

    @Test(
        "a batch ends whole though its gateway is killed again and again: each result once, each attempt metered once")
    func killed() async throws {
        try await LiveGateway.run(settings: ["BATCH_LEASE": "1s", "BATCH_CONCURRENCY": "4"]) { gateway in
            let customer = try await gateway.makeCustomer()
            let id = try await Self.start(gateway, customer.key)
            var kills = 0
            for goal in [60, 200, 350] {
                try await eventually { gateway.provider.meter.requests > goal }
                try await gateway.end(SIGKILL)
                kills += 1
                try await gateway.start()
            }
            var batch: [String: Any] = [:]
            while batch["status"] as? String != "completed" {
                try await Task.sleep(for: .milliseconds(100))
                batch = try Self.json(try await gateway.call("GET", "/v1/batches/\(id)", key: customer.key))
            }
            let counts = batch["request_counts"] as? [String: Int]
            #expect(counts == ["total": Self.lines, "completed": Self.lines, "failed": 0])
            let output = try #require(batch["output_file_id"] as? String)
            let content = try await gateway.call("GET", "/v1/files/\(output)/content", key: customer.key)
            let results = try content.body.split(separator: UInt8(ascii: "\n")).map {
                try JSONSerialization.jsonObject(with: Data($0)) as? [String: Any] ?? [:]
            }
            #expect(results.count == Self.lines)
            #expect(Set(results.compactMap { $0["custom_id"] as? String }).count == Self.lines)
            // Only what was under way at a kill is called again.
            let requests = gateway.provider.meter.requests
            #expect((Self.lines...(Self.lines + 4 * kills)).contains(requests), "\(requests)")
            let kept = Set(results.compactMap { ($0["response"] as? [String: Any])?["request_id"] as? String })
            try await eventually {
                let posted = gateway.billing.state.withLock { Set($0.events.values.map(\.requestID)) }
                return posted.isSuperset(of: kept)
            }
            let events = gateway.billing.state.withLock { Array($0.events.values) }
            #expect(events.allSatisfy { $0.isBatch })
            #expect(Set(events.map(\.requestID)).count == events.count)
            // One more for each call that was recorded as begun and never reached the provider.
            #expect(events.count <= requests + 4 * kills)
        }
    }

    private static func start(_ gateway: LiveGateway, _ key: String) async throws -> String {
        let text = (0..<lines).map { Customer.line("\($0)") }.joined(separator: "\n")
        let form =
            "--b\r\nContent-Disposition: form-data; name=\"purpose\"\r\n\r\nbatch\r\n"
            + "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"f\"\r\n\r\n\(text)\r\n--b--\r\n"
        var request = gateway.request("POST", "/v1/files", json: form, key: key)
        request.headers = [
            ("Authorization", "Bearer \(key)"), ("Content-Type", "multipart/form-data; boundary=b"),
        ]
        let file = try json(try await gateway.client.execute(request))["id"] as? String ?? ""
        let batch = try await gateway.call(
            "POST", "/v1/batches",
            json: """
                {"input_file_id":"\(file)","endpoint":"/v1/chat/completions","completion_window":"24h"}
                """, key: key)
        return try #require(try json(batch)["id"] as? String)
    }

    private static func json(_ answer: OutgoingResponse) throws -> [String: Any] {
        try JSONSerialization.jsonObject(with: Data(answer.body)) as? [String: Any] ?? [:]
    }
}
