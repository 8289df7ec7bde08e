import Contracts
import CurlClient
import Foundation
import Support
import Synchronization
import Testing

@testable import Gateway

/// Clients that leave in the middle of a stream, over sockets: what the provider sees of it, and what is on the record.
@Suite("A client that leaves", .serialized)
struct ClientGoneTests {
    /// More than a provider gets rid of while the first of it is read.
    private static let words = 400

    private static func request(_ key: String) -> [UInt8] {
        let content = (0..<words).map { "word\($0)" }.joined(separator: " ")
        let body =
            #"{"model":"fake-chat","stream":true,"messages":[{"role":"user","content":"\#(content)"}]}"#
        return Array(
            """
            POST /v1/chat/completions HTTP/1.1\r
            Host: gateway\r
            Authorization: Bearer \(key)\r
            Content-Type: application/json\r
            Content-Length: \(body.utf8.count)\r
            \r
            \(body)
            """.utf8)
    }

    /// Asks for a stream that takes a while, reads some of it, and leaves.
    private static func leave(_ gateway: LiveGateway, _ key: String) async throws {
        gateway.provider.pause(beforeChunks: .milliseconds(10))
        let connection = try RawConnection(port: gateway.port)
        await connection.send(request(key))
        var text = ""
        while !text.contains("word3") {
            guard let bytes = await connection.receive() else {
                Issue.record("the stream has not come: \(text.prefix(300))")
                break
            }
            text += String(decoding: bytes, as: UTF8.self)
        }
        connection.close()
    }

    private static func events(_ gateway: LiveGateway, of tenant: TenantID) -> [UsageEvent] {
        gateway.billing.state.withLock { $0.events.values.filter { $0.tenant == tenant } }
    }

    @Test(
        "with `abort` the provider's connection is closed before its answer is done, and an estimate is on the record")
    func abort() async throws {
        try await LiveGateway.run { gateway in
            let customer = try await gateway.makeCustomer()
            let put = try await gateway.call(
                "PUT", "/admin/v1/tenants/\(customer.tenant)/config", json: #"{"client_gone": "abort"}"#)
            #expect(put.status == 200)
            try await Self.leave(gateway, customer.key)
            try await eventually { gateway.provider.passages.first?.isBroken == true }
            let passage = try #require(gateway.provider.passages.first)
            #expect(passage.chunks < Self.words && !passage.isWhole, "\(passage)")
            try await eventually { Self.events(gateway, of: customer.tenant).count == 1 }
            let event = try #require(Self.events(gateway, of: customer.tenant).first)
            #expect(!event.isExact && event.promptTokens > 0)
            #expect(event.completionTokens > 0 && event.completionTokens < Int64(Self.words))
            try await Self.expectNothingHeld(gateway, customer)
        }
    }

    @Test(
        "a provider that falls silent after its client has left is left in its turn, and an estimate is on the record")
    func silence() async throws {
        try await LiveGateway.run(settings: ["MODEL_IDLE_TIMEOUT": "1s"]) { gateway in
            let customer = try await gateway.makeCustomer()
            gateway.provider.fail("fake-chat", with: .stall(afterChunks: 10))
            try await Self.leave(gateway, customer.key)
            try await eventually { Self.events(gateway, of: customer.tenant).count == 1 }
            let event = try #require(Self.events(gateway, of: customer.tenant).first)
            #expect(!event.isExact && event.completionTokens > 0)
            gateway.provider.fail("fake-chat", with: nil)
            try await Self.expectNothingHeld(gateway, customer)
        }
    }

    @Test("with `drain` the provider delivers its whole answer, and what it used is on the record exactly")
    func drain() async throws {
        try await LiveGateway.run { gateway in
            let customer = try await gateway.makeCustomer()
            try await Self.leave(gateway, customer.key)
            try await eventually { gateway.provider.passages.first?.isWhole == true }
            #expect(gateway.provider.passages.first?.isBroken == false)
            try await eventually { Self.events(gateway, of: customer.tenant).count == 1 }
            let event = try #require(Self.events(gateway, of: customer.tenant).first)
            #expect(event.isExact)
            #expect(event.completionTokens == gateway.provider.meter.completionTokens)
            #expect(event.promptTokens == gateway.provider.meter.promptTokens)
            try await Self.expectNothingHeld(gateway, customer)
        }
    }

    /// No call is under way any more, and the next one is answered.
    private static func expectNothingHeld(
        _ gateway: LiveGateway, _ customer: (tenant: TenantID, key: String)
    ) async throws {
        gateway.provider.pause(beforeChunks: nil)
        let answer = try await gateway.call(
            "POST", "/v1/chat/completions",
            json: #"{"model":"fake-chat","messages":[{"role":"user","content":"still there?"}]}"#, key: customer.key)
        #expect(answer.status == 200)
        let health = try await gateway.call("GET", "/admin/v1/tenants/\(customer.tenant)/health")
        let text = String(decoding: health.body, as: UTF8.self)
        #expect(text.contains(#""under_way":0"#), "\(text)")
        #expect(!text.contains(#""state":"open""#), "\(text)")
    }
}
