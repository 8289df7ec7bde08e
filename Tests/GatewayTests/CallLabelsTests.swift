import Contracts
import HTTPTypes
import ServiceKit
import Testing

@testable import Gateway

@Suite("Labels of calls")
struct CallLabelsTests {
    private func fields(_ pairs: [(String, String)]) -> HTTPFields {
        var fields = HTTPFields()
        for (name, value) in pairs {
            if let name = HTTPField.Name(name) { fields.append(HTTPField(name: name, value: value)) }
        }
        return fields
    }

    @Test("labels are read from their headers in any case, and absent ones are nil")
    func read() throws {
        let labels = try CallLabels(
            fields([
                ("Content-Type", "application/json"), ("x-asterism-user", "ann@example.com"),
                ("X-Asterism-Agent", "triage"), ("X-ASTERISM-TICKET", "INC0012345"), ("X-Asterism-Workflow", ""),
                ("X-Asterism-Unknown", "x"),
            ]))
        #expect(labels.user == "ann@example.com")
        #expect(labels.agent == "triage")
        #expect(labels.ticket == "INC0012345")
        #expect(labels.workflow == nil)
        #expect(labels.conversation == nil)
        #expect(!labels.isPriority1)
        #expect(try CallLabels(HTTPFields()) == .none)
    }

    @Test("priority 1 has three names; anything else is an ordinary call")
    func priority() throws {
        for value in ["1", "P1", "p1", "critical", "Critical"] {
            #expect(try CallLabels(fields([("X-Asterism-Priority", value)])).isPriority1, "\(value)")
        }
        for value in ["", "2", "P2", "11", "high", "true"] {
            #expect(try !CallLabels(fields([("X-Asterism-Priority", value)])).isPriority1, "\(value)")
        }
    }

    @Test("a label that is too long, has control characters or stands twice is 400 and named")
    func refused() {
        let bad = [
            [("X-Asterism-User", String(repeating: "a", count: 201))], [("X-Asterism-Ticket", "a\tb")],
            [("X-Asterism-Agent", "a"), ("X-Asterism-Agent", "b")],
        ]
        for pairs in bad {
            let error = #expect(throws: APIError.self) { try CallLabels(fields(pairs)) }
            #expect(error?.code == .malformedRequest)
            #expect(error?.publicDetail?.hasPrefix(pairs[0].0) == true)
        }
        #expect(throws: Never.self) {
            try CallLabels(fields([("X-Asterism-User", String(repeating: "é", count: 100))]))
        }
    }
}
