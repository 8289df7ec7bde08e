import Contracts
import Foundation
import Support
import Testing

/// The six real executables against real servers: what a newcomer sees in the demo, held fast.
@Suite("The main road, end to end", .serialized)
struct MainRoadTests {
    static let article = """
        # VPN error 809 on Windows

        Error 809 means that the VPN client cannot reach the gateway, because a firewall drops UDP ports 500 and 4500.

        ## Resolution

        Open UDP ports 500 and 4500 on the home router, then restart the IKE service. If the error stays, set the \
        registry value AssumeUDPEncapsulationContextOnSendRule to 2 and restart the computer.
        """

    @Test("a document is found, and an answer quotes it word for word at the offsets it gives")
    func answer() async throws {
        let tenant = try await DemoTenant.create(on: SharedConstellation.value, name: "Answer")
        let id = try await tenant.learn(title: "VPN error 809", content: Self.article)

        let found = try await tenant.post("/v1/search", #"{"query":"vpn error 809"}"#)
        #expect(found.status == 200)
        #expect(found.json("results", 0, "document_id") as? String == id)

        let answer = try await tenant.post("/v1/answers", #"{"question":"How do I fix VPN error 809?"}"#)
        #expect(answer.status == 200)
        #expect(answer.string("mode") == "extractive")
        let quote = try #require(answer.json("citations", 0, "quote") as? String)
        let start = try #require(answer.json("citations", 0, "start") as? Int)
        let end = try #require(answer.json("citations", 0, "end") as? Int)
        #expect(end - start == quote.unicodeScalars.count)
        #expect(Self.article.contains(quote))
    }

    @Test("what the sources do not answer is said to be unanswered, without a citation")
    func unanswered() async throws {
        let tenant = try await DemoTenant.create(on: SharedConstellation.value, name: "Unanswered")
        _ = try await tenant.learn(title: "VPN error 809", content: Self.article)
        let answer = try await tenant.post("/v1/answers", #"{"question":"Which wine goes with sturgeon?"}"#)
        #expect(answer.json("answered") as? Bool == false)
        #expect((answer.json("citations") as? [Any])?.isEmpty == true)
    }

    @Test("a new ticket gets the group, category and priority of its like, and a cited reply")
    func triage() async throws {
        let tenant = try await DemoTenant.create(on: SharedConstellation.value, name: "Triage")
        _ = try await tenant.learn(title: "VPN error 809", content: Self.article)
        let lines = (0..<12).map { number in
            number.isMultiple(of: 2)
                ? #"{"external_id":"INC\#(number)","title":"VPN error 809","description":"The VPN client shows error 809 from home","category":"network","priority":"P3","group":"Network","resolution":"Opened UDP 500 and 4500"}"#
                : #"{"external_id":"INC\#(number)","title":"Printer jam","description":"Paper jam in tray two","category":"hardware","priority":"P4","group":"Workplace"}"#
        }
        let imported = try await tenant.http.send(
            "POST", SharedConstellation.value.url(.gateway) + "/v1/tickets/import",
            body: Array((lines + ["{nonsense"]).joined(separator: "\n").utf8),
            headers: [("Content-Type", "application/x-ndjson")])
        #expect(imported.json("imported") as? Int == 12)
        #expect(imported.json("rejected", 0, "line") as? Int == 13)

        let triage = try await tenant.post(
            "/v1/tickets/triage",
            #"{"title":"VPN does not work","description":"I get error 809 when I connect from home"}"#)
        #expect(triage.status == 200, "\(triage.text)")
        #expect(triage.json("group", "value") as? String == "Network")
        #expect(triage.json("category", "value") as? String == "network")
        #expect(triage.json("priority", "value") as? String == "P3")
        #expect((triage.json("similar") as? [Any])?.count == 5)
        #expect((triage.json("reply", "citations") as? [Any])?.isEmpty == false)

        let run = try await tenant.get("/v1/runs/\(try #require(triage.string("run_id")))")
        #expect(run.string("status") == "succeeded")
    }

    @Test("what was done is on the bill and in the log, and its proof verifies offline")
    func evidence() async throws {
        let constellation = try await SharedConstellation.value
        let tenant = try await DemoTenant.create(on: constellation, name: "Evidence")
        _ = try await tenant.learn(title: "VPN error 809", content: Self.article)
        _ = try await tenant.post("/v1/answers", #"{"question":"How do I fix VPN error 809?"}"#)

        let events = try await eventually {
            try await tenant.get("/v1/audit/events")
        } until: {
            $0.text.contains("answer.create")
        }
        let id = try #require(
            (events.json("data") as? [[String: Any]])?.first { $0["action"] as? String == "answer.create" }?["id"]
                as? String)
        let proof = try await tenant.get("/v1/audit/events/\(id)/proof")
        #expect(proof.status == 200)
        let key = try await tenant.get("/v1/audit/key")
        let verified = try await constellation.verify(proof: proof.body, key: key.text)
        #expect(verified.status == 0, "\(verified.output)")

        var forged = proof.text
        let entry = try #require(proof.string("entry"))
        let changed = String(entry.dropLast(8)) + (entry.hasSuffix("AAAAAAAA") ? "BBBBBBBB" : "AAAAAAAA")
        forged = forged.replacingOccurrences(of: entry, with: changed)
        let refused = try await constellation.verify(proof: Array(forged.utf8), key: key.text)
        #expect(refused.status != 0)

        let costs = try await eventually {
            try await tenant.get("/v1/usage/costs?group_by=kind")
        } until: {
            $0.text.contains("answer")
        }
        #expect(costs.status == 200)
    }
}
