import Contracts
import Foundation
import Postgres
import Support
import Testing

@testable import Gateway

@Suite("Batches", .serialized, .timeLimit(.minutes(5)))
struct BatchTests {
    @Test("a batch runs to its end: results in one file, errors in another, usage metered once at the batch price")
    func lifeCycle() async throws {
        try await GatewayFixture.run { fixture in
            let customer = try await fixture.makeCustomer()
            let lines = (1...20).map { Customer.line("line-\($0)", words: "hello \($0)") }
            let id = try await customer.batch(lines + [Customer.line("bad", model: "nobody-has-it")])
            let batch = try await customer.ended(id).json
            #expect(batch["status"] as? String == "completed", "\(batch)")
            #expect(batch["object"] as? String == "batch")
            #expect(batch["metadata"] as? [String: String] == ["camelKey": "v"])
            #expect(batch["request_counts"] as? [String: Int] == ["total": 21, "completed": 20, "failed": 1])
            for time in ["created_at", "in_progress_at", "finalizing_at", "completed_at", "expires_at"] {
                #expect(batch[time] is Int, "\(time)")
            }
            #expect(batch["cancelled_at"] is NSNull && batch["errors"] is NSNull)
            let results = try await customer.results(batch["output_file_id"])
            #expect(Set(results.keys) == Set((1...20).map { "line-\($0)" }))
            for (key, line) in results {
                let response = try #require(line["response"] as? [String: Any])
                #expect(response["status_code"] as? Int == 200)
                let body = try #require(response["body"] as? [String: Any])
                let choice = try #require((body["choices"] as? [[String: Any]])?.first)
                let text = (choice["message"] as? [String: Any])?["content"] as? String
                #expect(text == "You said: hello \(key.dropFirst(5))")
            }
            let errors = try await customer.results(batch["error_file_id"])
            let response = try #require(errors["bad"]?["response"] as? [String: Any])
            #expect(response["status_code"] as? Int == 404)
            let events = try fixture.usage(of: customer.tenant)
            #expect(events.count == 20)
            #expect(events.allSatisfy { $0.isBatch && $0.apiKey == customer.keyID })
            #expect(events.reduce(0) { $0 + $1.completionTokens } == fixture.provider.meter.completionTokens)
            let actions = Set(try fixture.audit(of: customer.tenant).map(\.action))
            #expect(actions.isSuperset(of: ["file.create", "batch.create", "chat.completion"]))
            let actors = Set(
                try fixture.audit(of: customer.tenant).filter { $0.action == "chat.completion" }.map(\.actor))
            #expect(actors == ["batch:\(id)"])
        }
    }

    @Test("embeddings run in batches too, and lines in another order or with blanks between are found")
    func embeddings() async throws {
        try await GatewayFixture.run { fixture in
            let customer = try await fixture.makeCustomer()
            let line =
                #"{"body":{"model":"fake-embedding","input":"x"},"url":"/v1/embeddings","method":"POST","custom_id":"e1"}"#
            let file = try await customer.file("\n\(line)\r\n\n")
            let created = try await customer.createBatch(file, endpoint: "/v1/embeddings")
            #expect(created.json["status"] as? String == "validating")
            let batch = try await customer.ended(try #require(created.json["id"] as? String)).json
            #expect(batch["request_counts"] as? [String: Int] == ["total": 1, "completed": 1, "failed": 0])
            #expect(batch["error_file_id"] is NSNull)
            #expect(try await customer.results(batch["output_file_id"]).keys.contains("e1"))
        }
    }

    @Test("responses and messages run in batches too, each answered and refused in its own shape")
    func dialects() async throws {
        try await GatewayFixture.run { fixture in
            let customer = try await fixture.makeCustomer()
            let bodies = [
                "/v1/responses": #""input":"hello there""#,
                "/v1/messages": #""max_tokens":50,"messages":[{"role":"user","content":"hello there"}]"#,
            ]
            for (endpoint, body) in bodies {
                let lines = ["fake-chat", "nobody-has-it"].map {
                    #"{"custom_id":"\#($0)","method":"POST","url":"\#(endpoint)","body":{"model":"\#($0)",\#(body)}}"#
                }
                let file = try await customer.file(lines.joined(separator: "\n"))
                let created = try await customer.createBatch(file, endpoint: endpoint)
                let batch = try await customer.ended(try #require(created.json["id"] as? String)).json
                #expect(batch["request_counts"] as? [String: Int] == ["total": 2, "completed": 1, "failed": 1])
                let good = try await customer.results(batch["output_file_id"])["fake-chat"]?["response"]
                let bad = try await customer.results(batch["error_file_id"])["nobody-has-it"]?["response"]
                let answer = (good as? [String: Any])?["body"] as? [String: Any]
                let refusal = (bad as? [String: Any])?["body"] as? [String: Any]
                #expect(answer?["object"] as? String == (endpoint == "/v1/responses" ? "response" : nil))
                #expect(answer?["type"] as? String == (endpoint == "/v1/messages" ? "message" : nil))
                #expect(refusal?["type"] as? String == (endpoint == "/v1/messages" ? "error" : nil))
                #expect(refusal?["error"] is [String: Any])
            }
        }
    }

    @Test("a file with bad lines fails the batch, names each line, and nothing is called")
    func badLines() async throws {
        try await GatewayFixture.run { fixture in
            let customer = try await fixture.makeCustomer()
            let id = try await customer.batch([Customer.line("a"), "nonsense", Customer.line("a")])
            let batch = try await customer.ended(id).json
            #expect(batch["status"] as? String == "failed")
            let errors = try #require((batch["errors"] as? [String: Any])?["data"] as? [[String: Any]])
            #expect(errors.map { $0["line"] as? Int } == [2, 3])
            #expect(errors.map { $0["code"] as? String } == ["invalid_json_line", "duplicate_custom_id"])
            #expect(batch["output_file_id"] is NSNull)
            #expect(fixture.provider.meter.requests == 0)
        }
    }

    @Test("a cancelled batch stops and gives out what has run")
    func cancellation() async throws {
        try await GatewayFixture.run(settings: ["BATCH_CONCURRENCY": "1"]) { fixture in
            let customer = try await fixture.makeCustomer()
            let id = try await customer.batch((1...3_000).map { Customer.line("\($0)") })
            try await eventually { fixture.provider.meter.requests > 3 }
            let answer = try await customer.call("POST", "/v1/batches/\(id)/cancel")
            #expect(answer.status == 200)
            #expect(answer.json["status"] as? String == "cancelling")
            let batch = try await customer.ended(id).json
            #expect(batch["status"] as? String == "cancelled")
            let counts = try #require(batch["request_counts"] as? [String: Int])
            #expect(counts["total"] == 3_000)
            #expect(counts["completed"] == fixture.provider.meter.requests)
            #expect(counts["completed"].map { $0 < 3_000 } == true)
            #expect(try await customer.results(batch["output_file_id"]).count == counts["completed"])
            let missed = try await customer.results(batch["error_file_id"])
            #expect(
                missed.values.allSatisfy { ($0["error"] as? [String: Any])?["code"] as? String == "batch_cancelled" })
            #expect(missed.count == counts["failed"])
            #expect(try await customer.call("POST", "/v1/batches/\(id)/cancel").status == 200)
        }
    }

    @Test("a batch whose window ends gives out what has run and says of the rest that it expired")
    func expiry() async throws {
        try await GatewayFixture.run(settings: ["BATCH_CONCURRENCY": "1"]) { fixture in
            let customer = try await fixture.makeCustomer()
            let id = try await customer.batch((1...3_000).map { Customer.line("\($0)") })
            try await eventually { fixture.provider.meter.requests > 3 }
            let superuser = try fixture.database.makePool()
            _ = try await superuser.query("UPDATE gateway.batches SET expires_at = now()")
            let batch = try await customer.ended(id).json
            #expect(batch["status"] as? String == "expired")
            let missed = try await customer.results(batch["error_file_id"])
            #expect(!missed.isEmpty)
            #expect(missed.values.allSatisfy { ($0["error"] as? [String: Any])?["code"] as? String == "batch_expired" })
            #expect(try await customer.results(batch["output_file_id"]).count + missed.count == 3_000)
            await superuser.shutDown()
        }
    }

    @Test("a batch whose key is revoked is cancelled")
    func revoked() async throws {
        try await GatewayFixture.run(settings: ["BATCH_CONCURRENCY": "0"]) { fixture in
            let customer = try await fixture.makeCustomer()
            let id = try await customer.batch([Customer.line("a")])
            let other = try await fixture.makeKey(customer.tenant)
            let revoked = try await fixture.admin("DELETE", "/tenants/\(customer.tenant)/api-keys/\(customer.keyID)")
            #expect(revoked.status == 204)
            try await fixture.work()
            let heir = Customer(
                fixture: fixture, tenant: customer.tenant, keyID: other.id, key: try #require(other.key))
            #expect(try await heir.call("GET", "/v1/batches/\(id)").json["status"] as? String == "cancelled")
            #expect(fixture.provider.meter.requests == 0)
        }
    }

    @Test("a stranger finds neither file nor batch, and cannot use them")
    func strangers() async throws {
        try await GatewayFixture.run(settings: ["BATCH_CONCURRENCY": "0"]) { fixture in
            let (owner, stranger) = (try await fixture.makeCustomer(), try await fixture.makeCustomer())
            let file = try await owner.file(Customer.line("a"))
            let batch = try #require(try await owner.createBatch(file).json["id"] as? String)
            for (method, path) in [
                ("GET", "/v1/files/\(file)"), ("GET", "/v1/files/\(file)/content"), ("DELETE", "/v1/files/\(file)"),
                ("GET", "/v1/batches/\(batch)"), ("POST", "/v1/batches/\(batch)/cancel"),
                ("GET", "/v1/files/nonsense"), ("GET", "/v1/batches/nonsense"),
            ] {
                let answer = try await stranger.call(method, path)
                #expect(answer.status == 404, "\(method) \(path)")
                #expect((answer.json["error"] as? [String: Any])?["code"] as? String == "not_found")
            }
            #expect(try await stranger.createBatch(file).status == 404)
            for path in ["/v1/files", "/v1/batches", "/v1/files?after=\(file)", "/v1/batches?after=\(batch)"] {
                let answer = try await stranger.call("GET", path)
                #expect((answer.json["data"] as? [Any])?.isEmpty == true, "\(path)")
            }
            let viewer = try await fixture.makeKey(owner.tenant, roles: ["viewer"])
            let reader = Customer(
                fixture: fixture, tenant: owner.tenant, keyID: viewer.id, key: try #require(viewer.key))
            for path in ["/v1/files", "/v1/files/\(file)", "/v1/batches", "/v1/batches/\(batch)"] {
                #expect(try await reader.call("GET", path).status == 403)
            }
        }
    }

    @Test("a batch is refused by field: endpoint, window, metadata, file")
    func refusals() async throws {
        try await GatewayFixture.run(settings: ["BATCH_CONCURRENCY": "0"]) { fixture in
            let customer = try await fixture.makeCustomer()
            let file = try await customer.file(Customer.line("a"))
            func parameter(_ json: String) async throws -> String? {
                let answer = try await customer.call("POST", "/v1/batches", json: json)
                #expect((400..<500).contains(answer.status), "\(answer.text)")
                return (answer.json["error"] as? [String: Any])?["param"] as? String
            }
            let good = #""input_file_id":"\#(file)","endpoint":"/v1/embeddings","completion_window":"24h""#
            #expect(
                try await parameter(#"{"input_file_id":"\#(file)","endpoint":"/v1/x","completion_window":"24h"}"#)
                    == "endpoint")
            #expect(try await parameter("{\(good.replacingOccurrences(of: "24h", with: "1h"))}") == "completion_window")
            #expect(
                try await parameter("{\(good),\"metadata\":{\"k\":\"\(String(repeating: "v", count: 513))\"}}")
                    == "metadata")
            #expect(try await parameter("{\(good.replacingOccurrences(of: file, with: "file-1"))}") == "input_file_id")
            #expect(
                try await parameter("{\"endpoint\":\"/v1/embeddings\",\"completion_window\":\"24h\"}")
                    == "input_file_id")
        }
    }
}

extension GatewayFixture {
    /// Works on one batch as a gateway of its own would, without waiting for its workers.
    func work(runner: any BatchLineRunner = AnsweringRunner(), settings: BatchSettings = .forTests) async throws {
        let pool = try database.makePool(role: "gateway")
        let worker = BatchWorker.forTests(pool, runner, settings)
        if let claim = try await worker.queue.claim(lease: settings.lease) { await worker.process(claim) }
        await pool.shutDown()
    }
}
