import Contracts
import CurlClient
import Foundation
import ServiceKit
import Support
import Synchronization
import Testing

@testable import Gateway

@Suite("Keys stay where they belong", .serialized)
struct ProviderSecretsTests {
    private static let providerKey = "sk-fake-0000"

    @Test(
        "a key that a provider repeats in an error is not passed on, whatever the status, whole or streamed",
        arguments: [400, 401, 403, 404, 408, 409, 413, 422, 429, 500, 503, 529])
    func repeated(status: Int) async throws {
        let words = "Bad request. You sent Authorization: Bearer \(Self.providerKey), which is not for this."
        try await GatewayFixture.run { fixture in
            let customer = try await fixture.makeCustomer()
            fixture.provider.fail("fake-chat", with: .words(status, words))
            for streamed in [false, true] {
                let answer = try await customer.chat(stream: streamed)
                #expect(answer.status >= 400, "\(answer.text)")
                #expect(!answer.text.contains(Self.providerKey), "\(answer.text)")
                if [400, 422].contains(status) {
                    #expect(answer.text.contains("Bearer [removed], which is not for this"), "\(answer.text)")
                }
                let message = try await customer.call(
                    "POST", "/v1/messages",
                    json: """
                        {"model": "fake-chat", "max_tokens": 9, "stream": \(streamed),
                         "messages": [{"role": "user", "content": "hi"}]}
                        """)
                #expect(message.status >= 400 && !message.text.contains(Self.providerKey), "\(message.text)")
            }
            let records = try fixture.service.journal(.usage) + fixture.service.journal(.audit)
            #expect(!records.contains { $0.contains(Self.providerKey) })
        }
    }

    @Test("nor one that it repeats in the middle of a stream")
    func repeatedInStream() async throws {
        try await GatewayFixture.run { fixture in
            let customer = try await fixture.makeCustomer()
            fixture.provider.fail(
                "fake-chat", with: .wordsInStream(afterChunks: 3, "the key \(Self.providerKey) has expired"))
            let answer = try await customer.chat(stream: true)
            #expect(answer.status == 200 && answer.text.contains("\"error\""), "\(answer.text)")
            #expect(!answer.text.contains(Self.providerKey), "\(answer.text)")
            let translated = try await customer.call(
                "POST", "/v1/messages",
                json: #"{"model":"fake-chat","max_tokens":9,"stream":true,"messages":[{"role":"user","content":"hi"}]}"#
            )
            #expect(translated.text.contains("event: error"), "\(translated.text)")
            #expect(!translated.text.contains(Self.providerKey), "\(translated.text)")
        }
    }

    @Test("every part of a key is blotted out, and its slashes as JSON may write them; words are left alone")
    func forms() {
        let secrets = ProviderSecrets(key: "AKIDFAKE:fake/secret+key")
        func error(_ message: String, body: String? = nil) -> OpenAIError {
            OpenAIError(
                status: 400, message: message, type: "invalid_request_error", code: "c",
                ownBody: body.map { Array($0.utf8) })
        }
        #expect(secrets.removed(from: error("x fake/secret+key y AKIDFAKE")).message == "x [removed] y [removed]")
        #expect(secrets.removed(from: error("AKIDFAKE:fake/secret+key")).message == "[removed]")
        // Escaped, it stands in the provider's own body alone, which then goes as a whole.
        let escaped = secrets.removed(from: error("plain", body: #"{"error":{"message":"fake\/secret+key"}}"#))
        #expect(escaped.message == "plain" && escaped.ownBody == nil)
        let harmless = error("nothing", body: #"{"error":{"message":"nothing"}}"#)
        #expect(secrets.removed(from: harmless) == harmless)
        let short = ProviderSecrets(key: "ollama")
        #expect(short.removed(from: error("ollama is overloaded")).message == "ollama is overloaded")
        #expect(ProviderSecrets().removed(from: harmless) == harmless)
        #expect(ProviderSecrets(key: "12345678").removed(from: error("", body: "1234567")).ownBody != nil)
        var coded = error("x")
        coded.code = "AKIDFAKE"
        #expect(secrets.removed(from: coded).code == "[removed]")
    }

    @Test("no key is in what the gateway prints at its most talkative, in its records, its metrics or its answers")
    func printed() async throws {
        try await LiveGateway.run(settings: ["LOG_LEVEL": "trace", "ACCESS_LOG": "all"]) { gateway in
            let customer = try await gateway.makeCustomer()
            let trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
            for fault in [
                nil, FakeProvider.Fault.words(400, "Bearer \(Self.providerKey)"),
                .words(500, "Bearer \(Self.providerKey)"), .words(401, "Bearer \(Self.providerKey)"), .malformedJSON,
                .reset, .wordsInStream(afterChunks: 3, Self.providerKey),
            ] {
                gateway.provider.fail("fake-chat", with: fault)
                for streamed in [false, true] {
                    var request = gateway.request(
                        "POST", "/v1/chat/completions",
                        json: """
                            {"model": "fake-chat", "stream": \(streamed), "messages": [{"role": "user", "content": "hi"}]}
                            """, key: customer.key)
                    request.headers.append(("traceparent", trace))
                    let answer = try? await gateway.client.execute(request)
                    let text = String(decoding: answer?.body ?? [], as: UTF8.self)
                    #expect(!text.contains(Self.providerKey) && !text.contains(customer.key), "\(text)")
                }
            }
            // A key where it should not be: in a query, in a body that is no JSON, and one that is wrong.
            _ = try await gateway.call("GET", "/v1/models?api_key=\(customer.key)", key: "nonsense")
            _ = try await gateway.call("POST", "/v1/chat/completions", json: "{\(customer.key)", key: customer.key)
            _ = try await gateway.call("GET", "/v1/models", key: String(customer.key.dropLast()) + "0")
            _ = try await gateway.call("GET", "/admin/v1/tenants", key: customer.key)
            _ = try await gateway.call(
                "POST", "/admin/v1/tenants/\(customer.tenant)/providers",
                json: #"{"name": "x", "kind": "none", "base_url": "x", "api_key": "\#(Self.providerKey)"}"#)
            let metrics = try await gateway.call("GET", "/metrics")
            let records = gateway.billing.state.withLock { state in
                "\(state.events.values) \(state.records.values)"
            }
            try await gateway.end(SIGTERM)
            let output = try gateway.output()
            #expect(output.contains("\"request_id\"") && output.contains("provider failed"), "\(output.prefix(2_000))")
            let keyed = customer.key.split(separator: "_").map(String.init).filter { $0.count >= 20 }
            #expect(!keyed.isEmpty)
            for secret in [
                Self.providerKey, customer.key, GatewayFixture.adminKey, "cGVwcGVyLWZvci10ZXN0cy1vbmx5",
                "MDAwMDAwMDAwMDAw",
            ]
                + keyed
            {
                for (place, text) in [
                    ("the log", output), ("a record", records),
                    ("a metric", String(decoding: metrics.body, as: UTF8.self)),
                ] {
                    let range = text.range(of: secret)
                    #expect(range == nil, "\(place) has \(secret): \(text.around(range))")
                }
            }
        }
    }
}

extension String {
    fileprivate func around(_ range: Range<String.Index>?) -> Substring {
        guard let range else { return "" }
        let start = index(range.lowerBound, offsetBy: -200, limitedBy: startIndex) ?? startIndex
        return self[start..<(index(range.upperBound, offsetBy: 100, limitedBy: endIndex) ?? endIndex)]
    }
}
