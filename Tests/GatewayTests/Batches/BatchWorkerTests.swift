import Contracts
import Foundation
import Postgres
import ServiceKit
import Support
import Synchronization
import Testing

@testable import Gateway

/// The worker on a real database, with a runner that answers as told: deaths, leases and repeated failures.
@Suite("The worker of batches", .serialized, .timeLimit(.minutes(5)))
struct BatchWorkerTests {
    /// A batch of `count` lines that no worker of the gateway itself touches.
    private static func withBatch(
        _ count: Int, _ body: @escaping @Sendable (Customer, String, PostgresPool, PostgresPool) async throws -> Void
    ) async throws {
        try await GatewayFixture.run(settings: ["BATCH_CONCURRENCY": "0"]) { fixture in
            let customer = try await fixture.makeCustomer()
            let id = try await customer.batch((1...count).map { Customer.line("\($0)") })
            let pool = try fixture.database.makePool(role: "gateway")
            let superuser = try fixture.database.makePool()
            try await body(customer, id, pool, superuser)
            await pool.shutDown()
            await superuser.shutDown()
        }
    }

    /// As when the process that held it was killed: the lease just ends.
    private static func endLeases(_ superuser: PostgresPool) async throws {
        _ = try await superuser.query("UPDATE gateway.batches SET available_at = now() - interval '1 second'")
    }

    @Test("after a death in the middle no finished line is called again, and the rest as other attempts")
    func death() async throws {
        try await Self.withBatch(40) { customer, id, pool, superuser in
            let answered = Mutex(0)
            // Answers ten lines, then hangs as a process does that is killed while its calls are under way.
            let dying = AnsweringRunner { _ in
                let number = answered.withLock { count in
                    count += 1
                    return count
                }
                if number > 10 { try? await Task.sleep(for: .seconds(3600)) }
                return (200, #"{"by":"the first"}"#)
            }
            let first = BatchWorker.forTests(pool, dying)
            let claim = try #require(try await first.queue.claim(lease: .seconds(60)))
            let dead = Task { await first.process(claim) }
            try await eventually {
                try await superuser.query("SELECT FROM gateway.batch_lines WHERE finished_at IS NOT NULL").count == 10
                    && dying.calls.withLock { $0.count } == 14
            }
            try await Self.endLeases(superuser)
            let heir = AnsweringRunner { _ in (200, #"{"by":"the second"}"#) }
            let second = BatchWorker.forTests(pool, heir)
            await second.process(try #require(try await second.queue.claim(lease: .seconds(60))))
            dead.cancel()
            await dead.value
            let batch = try await customer.call("GET", "/v1/batches/\(id)").json
            #expect(batch["request_counts"] as? [String: Int] == ["total": 40, "completed": 40, "failed": 0])
            let results = try await customer.results(batch["output_file_id"])
            #expect(results.count == 40)
            #expect(heir.calls.withLock { $0.count } == 30)
            let all = dying.calls.withLock { $0 } + heir.calls.withLock { $0 }
            #expect(Set(all.map(\.usage)).count == 44, "an attempt that a provider may have billed was hidden")
            let repeated = heir.calls.withLock { $0.filter { $0.request.hasSuffix(".2") } }
            #expect(repeated.count == 4)
        }
    }

    @Test("who lost its lease changes nothing any more")
    func fencing() async throws {
        try await Self.withBatch(3) { customer, id, pool, superuser in
            let queue = BatchQueue(pool: pool)
            let files = FileStore(pool: pool)
            let old = try #require(try await queue.claim(lease: .seconds(60)))
            let job = try #require(try await queue.load(old))
            try await BatchValidation(claim: old, queue: queue, files: files).run(job.batch)
            let line = try #require(try await queue.take(old, after: 0))
            #expect(try await queue.claim(lease: .seconds(60)) == nil)
            try await Self.endLeases(superuser)
            let new = try #require(try await queue.claim(lease: .seconds(60)))
            #expect(try await queue.finish(line, .answered(status: 200, body: Array("{}".utf8)), old) == false)
            #expect(try await queue.take(old, after: 0) == nil)
            #expect(try await queue.retake(line, old) == nil)
            #expect(try await queue.extend(old, lease: .seconds(60)) == false)
            #expect(try await queue.load(old) == nil)
            try await queue.beginResults(new.id.file("output"), name: "n", expires: .distantFuture, new)
            #expect(try await queue.append([1], at: 0, to: new.id.file("output"), old) == false)
            try await queue.end(old, as: .completed, output: nil, errors: nil)
            try await queue.reject(old, because: [BatchProblem("a", "b")])
            try await queue.clearLines(old)
            try await queue.release(old, for: .zero)
            #expect(try await queue.extend(new, lease: .seconds(60)))
            #expect(try await queue.take(new, after: 0)?.attempt == 2)
            #expect(try await customer.call("GET", "/v1/batches/\(id)").json["status"] as? String == "in_progress")
        }
    }

    @Test("a death while results are written leaves one whole file")
    func deathAtTheEnd() async throws {
        try await Self.withBatch(5) { customer, id, pool, superuser in
            let queue = BatchQueue(pool: pool)
            let worker = BatchWorker.forTests(pool, AnsweringRunner())
            let claim = try #require(try await queue.claim(lease: .seconds(60)))
            let job = try #require(try await queue.load(claim))
            try await BatchValidation(claim: claim, queue: queue, files: worker.files).run(job.batch)
            while let line = try await queue.take(claim, after: 0) {
                _ = try await queue.finish(line, .answered(status: 200, body: Array("{}".utf8)), claim)
            }
            try await queue.close(claim, expired: false, code: "", message: "")
            // Half of a file, and nobody who goes on with it.
            let file = claim.id.file("output")
            try await queue.beginResults(file, name: "n", expires: Date().addingTimeInterval(60), claim)
            #expect(try await queue.append(Array("{\"half".utf8), at: 0, to: file, claim))
            #expect(try await customer.call("GET", "/v1/files/\(file.wire)").status == 404)
            try await Self.endLeases(superuser)
            await worker.process(try #require(try await queue.claim(lease: .seconds(60))))
            let batch = try await customer.call("GET", "/v1/batches/\(id)").json
            #expect(batch["status"] as? String == "completed")
            #expect(try await customer.results(batch["output_file_id"]).count == 5)
            #expect(try await superuser.query("SELECT FROM gateway.batch_lines").isEmpty)
        }
    }

    @Test("a line that fails for a while is called again as another attempt, and not for ever")
    func retries() async throws {
        try await Self.withBatch(3) { customer, id, pool, _ in
            let runner = AnsweringRunner { call in
                switch (call.request.split(separator: ".")[1], call.request.split(separator: ".")[2]) {
                case ("1", "1"): (429, #"{"error":{}}"#)
                case ("1", "2"): (503, #"{"error":{}}"#)
                case ("2", _): (529, #"{"error":{"message":"never"}}"#)
                case ("3", _): (400, #"{"error":{"message":"wrong"}}"#)
                default: (200, #"{"ok":1}"#)
                }
            }
            let worker = BatchWorker.forTests(pool, runner)
            await worker.process(try #require(try await worker.queue.claim(lease: .seconds(60))))
            let batch = try await customer.call("GET", "/v1/batches/\(id)").json
            #expect(batch["request_counts"] as? [String: Int] == ["total": 3, "completed": 1, "failed": 2])
            let calls = runner.calls.withLock { $0 }
            #expect(calls.count { $0.request.contains(".1.") } == 3)
            #expect(calls.count { $0.request.contains(".2.") && $0.request.hasPrefix("\(id).2") } == 5)
            #expect(calls.count { $0.request.hasPrefix("\(id).3.") } == 1)
            #expect(Set(calls.map(\.usage)).count == calls.count)
            let errors = try await customer.results(batch["error_file_id"])
            #expect((errors["2"]?["response"] as? [String: Any])?["status_code"] as? Int == 529)
            #expect((errors["3"]?["response"] as? [String: Any])?["status_code"] as? Int == 400)
        }
    }

    @Test("a line over which workers die again and again is given up, not the batch")
    func poison() async throws {
        try await Self.withBatch(2) { customer, id, pool, superuser in
            let worker = BatchWorker.forTests(pool, AnsweringRunner())
            let claim = try #require(try await worker.queue.claim(lease: .seconds(60)))
            let job = try #require(try await worker.queue.load(claim))
            try await BatchValidation(claim: claim, queue: worker.queue, files: worker.files).run(job.batch)
            _ = try await superuser.query("UPDATE gateway.batch_lines SET attempts = 5 WHERE line = 1")
            try await worker.queue.release(claim, for: .zero)
            await worker.process(try #require(try await worker.queue.claim(lease: .seconds(60))))
            let batch = try await customer.call("GET", "/v1/batches/\(id)").json
            #expect(batch["request_counts"] as? [String: Int] == ["total": 2, "completed": 1, "failed": 1])
            let errors = try await customer.results(batch["error_file_id"])
            #expect((errors["1"]?["error"] as? [String: Any])?["code"] as? String == "attempts_exhausted")
        }
    }

    @Test("never more lines at once than the gateway gives to batches, and an answer that is no JSON spoils no file")
    func bounds() async throws {
        try await Self.withBatch(60) { customer, id, pool, _ in
            let now = Mutex(0)
            let most = Mutex(0)
            let runner = AnsweringRunner { _ in
                let count = now.withLock { count in
                    count += 1
                    return count
                }
                most.withLock { $0 = max($0, count) }
                try? await Task.sleep(for: .milliseconds(2))
                now.withLock { $0 -= 1 }
                return (200, "not\njson")
            }
            var settings = BatchSettings.forTests
            settings.concurrency = 3
            let worker = BatchWorker.forTests(pool, runner, settings)
            await worker.process(try #require(try await worker.queue.claim(lease: .seconds(60))))
            #expect(most.withLock { $0 } == 3)
            let batch = try await customer.call("GET", "/v1/batches/\(id)").json
            #expect(try await customer.results(batch["output_file_id"]).count == 60)
        }
    }

    @Test("tenants take turns: a second batch of one waits for the first of another")
    func fairness() async throws {
        try await GatewayFixture.run(settings: ["BATCH_CONCURRENCY": "0"]) { fixture in
            let (busy, other) = (try await fixture.makeCustomer(), try await fixture.makeCustomer())
            let first = try await busy.batch([Customer.line("a")])
            let second = try await busy.batch([Customer.line("a")])
            let third = try await other.batch([Customer.line("a")])
            let pool = try fixture.database.makePool(role: "gateway")
            let queue = BatchQueue(pool: pool)
            var order: [String] = []
            while let claim = try await queue.claim(lease: .seconds(60)) { order.append(claim.id.wire) }
            #expect(order == [first, third, second])
            await pool.shutDown()
        }
    }
}
