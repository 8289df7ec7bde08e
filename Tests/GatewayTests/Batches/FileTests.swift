import Contracts
import Foundation
import HTTPTypes
import Postgres
import Support
import Testing

@testable import Gateway

@Suite("Files", .serialized, .timeLimit(.minutes(5)))
struct FileTests {
    private static let idle = ["BATCH_CONCURRENCY": "0"]

    @Test("a file comes back byte for byte, is listed by age and purpose, and is gone when deleted")
    func roundTrip() async throws {
        try await GatewayFixture.run(settings: Self.idle) { fixture in
            let customer = try await fixture.makeCustomer()
            // Longer than several pieces, and with what separates parts of a form.
            let text = (0..<40_000).map { "line \($0) é\r\n-- b" }.joined(separator: "\n") + "\r\n--"
            let answer = try await customer.upload(text, name: "C:\\a\\../é \u{1}in.jsonl")
            #expect(answer.status == 200, "\(answer.text)")
            let file = answer.json
            let id = try #require(file["id"] as? String)
            #expect(file["object"] as? String == "file" && file["purpose"] as? String == "batch")
            #expect(file["filename"] as? String == "é in.jsonl")
            #expect(file["bytes"] as? Int == text.utf8.count)
            let created = try #require(file["created_at"] as? Int)
            // One is read from the database's clock, the other from the gateway's, a moment apart.
            let expires = try #require(file["expires_at"] as? Int)
            #expect(abs(expires - created - 30 * 86_400) <= 1)
            let content = try await customer.call("GET", "/v1/files/\(id)/content")
            #expect(content.text == text)
            #expect(content.headers[.contentType] == "application/octet-stream")
            let second = try await customer.file("x")
            func list(_ query: String) async throws -> ([String], Bool?) {
                let json = try await customer.call("GET", "/v1/files\(query)").json
                return (
                    (json["data"] as? [[String: Any]] ?? []).compactMap { $0["id"] as? String },
                    json["has_more"] as? Bool
                )
            }
            #expect(try await list("") == ([second, id], false))
            #expect(try await list("?limit=1") == ([second], true))
            #expect(try await list("?limit=1&after=\(second)") == ([id], false))
            #expect(try await list("?order=asc&limit=10000") == ([id, second], false))
            #expect(try await list("?purpose=batch_output") == ([], false))
            #expect(try await list("?purpose=assistants") == ([], false))
            #expect(try await customer.call("GET", "/v1/files?limit=0").status == 400)
            let deleted = try await customer.call("DELETE", "/v1/files/\(id)")
            #expect(deleted.json["deleted"] as? Bool == true)
            for (method, path) in [("GET", ""), ("GET", "/content"), ("DELETE", "")] {
                #expect(try await customer.call(method, "/v1/files/\(id)\(path)").status == 404)
            }
            #expect(try fixture.audit(of: customer.tenant).map(\.action).contains("file.delete"))
        }
    }

    @Test("a form that is not a file for a batch is refused, and nothing of it is kept")
    func refusals() async throws {
        try await GatewayFixture.run(settings: Self.idle) { fixture in
            let customer = try await fixture.makeCustomer()
            #expect(try await customer.upload("x", purpose: nil).status == 400)
            #expect(try await customer.upload("x", purpose: "fine-tune").status == 400)
            #expect(try await customer.upload("").status == 400)
            let expiry = "--b\r\nContent-Disposition: form-data; name=\"expires_after[seconds]\"\r\n\r\n1\r\n"
            #expect(try await customer.upload("x", extra: expiry).status == 400)
            let form = ["Content-Type": "multipart/form-data; boundary=b"]
            for text in ["", "--b--\r\n", "--b\r\nContent-Disposition: form-data; name=\"file\"\r\n\r\ncut"] {
                #expect(try await customer.call("POST", "/v1/files", json: text, headers: form).status == 400)
            }
            #expect(try await customer.call("POST", "/v1/files", json: "{}").status == 415)
            let superuser = try fixture.database.makePool()
            #expect(try await superuser.query("SELECT FROM gateway.files").isEmpty)
            #expect(try await superuser.query("SELECT FROM gateway.file_chunks").isEmpty)
            await superuser.shutDown()
        }
    }

    @Test("a file, and all files of a tenant, have a size that is not exceeded")
    func quotas() async throws {
        let settings = ["BATCH_CONCURRENCY": "0", "FILE_MAXIMUM_BYTES": "200000", "FILE_TENANT_BYTES": "300000"]
        try await GatewayFixture.run(settings: settings) { fixture in
            let (customer, other) = (try await fixture.makeCustomer(), try await fixture.makeCustomer())
            #expect(try await customer.upload(String(repeating: "x", count: 200_001)).status == 413)
            let first = try await customer.file(String(repeating: "x", count: 200_000))
            #expect(try await customer.upload(String(repeating: "x", count: 200_000)).status == 400)
            #expect(try await customer.upload(String(repeating: "x", count: 100_000)).status == 200)
            #expect(try await customer.upload("x").status == 400)
            #expect(try await other.upload("x").status == 200)
            #expect(try await customer.call("DELETE", "/v1/files/\(first)").status == 200)
            #expect(try await customer.upload("x").status == 200)
        }
    }

    @Test("a file that a batch reads stays until the batch has ended")
    func inUse() async throws {
        try await GatewayFixture.run(settings: Self.idle) { fixture in
            let customer = try await fixture.makeCustomer()
            let file = try await customer.file(Customer.line("a"))
            let created = try await customer.createBatch(file)
            #expect(try await customer.call("DELETE", "/v1/files/\(file)").status == 409)
            let superuser = try fixture.database.makePool()
            _ = try await superuser.query("UPDATE gateway.files SET expires_at = now()")
            let queue = BatchQueue(pool: try fixture.database.makePool(role: "gateway"))
            #expect(try await queue.sweep(retentionSeconds: 1, limit: 10) == 0)
            try await fixture.work()
            let batch = try await customer.ended(try #require(created.json["id"] as? String)).json
            #expect(batch["status"] as? String == "completed")
            #expect(try await queue.sweep(retentionSeconds: 3600, limit: 10) == 1)
            _ = try await superuser.query("UPDATE gateway.batches SET available_at = now() - interval '2 hours'")
            #expect(try await queue.sweep(retentionSeconds: 3600, limit: 10) == 1)
            #expect(try await customer.call("GET", "/v1/batches/\(try #require(batch["id"] as? String))").status == 404)
            #expect(try await customer.results(batch["output_file_id"]).count == 1)
            await queue.pool.shutDown()
            await superuser.shutDown()
        }
    }

    @Test("an expired file is not found, also before it is swept, and an upload that was left is swept")
    func expiry() async throws {
        try await GatewayFixture.run(settings: Self.idle) { fixture in
            let customer = try await fixture.makeCustomer()
            let file = try await customer.file("x")
            let superuser = try fixture.database.makePool()
            _ = try await superuser.query("UPDATE gateway.files SET expires_at = now()")
            #expect(try await customer.call("GET", "/v1/files/\(file)").status == 404)
            #expect(try await customer.createBatch(file).status == 404)
            _ = try await superuser.query(
                """
                INSERT INTO gateway.files (tenant_id, id, name, purpose, expires_at, written_at) VALUES
                    (\(customer.tenant.uuid), \(UUID()), 'left', 'batch', now() + interval '1 day',
                        now() - interval '2 hours'),
                    (\(customer.tenant.uuid), \(UUID()), 'under way', 'batch', now() + interval '1 day', now())
                """)
            let queue = BatchQueue(pool: try fixture.database.makePool(role: "gateway"))
            #expect(try await queue.sweep(retentionSeconds: 3600, limit: 10) == 2)
            #expect(try await superuser.query("SELECT name FROM gateway.files").count == 1)
            await queue.pool.shutDown()
            await superuser.shutDown()
        }
    }
}
