import Foundation
import Support
import Testing

@testable import Gateway

/// Requests whose end two servers could see in different places, over a socket to the gateway as a process: whoever
/// stands in front of it must never be made to take one client's bytes for another's request (RFC 9112 §11.2).
@Suite("Requests that end in two places", .serialized)
struct RequestSmugglingTests {
    /// A request line by line, with what follows its head.
    struct Attack: Sendable, CustomTestStringConvertible {
        let name: String
        var line = "POST /v1/chat/completions HTTP/1.1"
        var fields: [String] = []
        var body = ""
        /// Between the lines of the head.
        var lineEnd = "\r\n"

        var testDescription: String { name }

        func bytes(_ key: String) -> [UInt8] {
            let head =
                [line, "Authorization: Bearer \(key)", "Content-Type: application/json"] + fields
            let text =
                head.joined(separator: lineEnd) + lineEnd + "Host: gateway" + lineEnd + lineEnd + body
            return Array(text.replacing("KEY", with: key).utf8)
        }
    }

    static let question = #"{"model":"fake-chat","messages":[{"role":"user","content":"hi"}]}"#
    /// What an attacker wants to be answered as a request of its own.
    static let smuggled = "GET /v1/models HTTP/1.1\r\nHost: gateway\r\nAuthorization: Bearer KEY\r\n\r\n"
    private static let length = "Content-Length: \(question.utf8.count)"
    private static let chunked = "Transfer-Encoding: chunked"

    private static func chunk(_ text: String, size: String? = nil, end: String = "\r\n") -> String {
        "\(size ?? String(text.utf8.count, radix: 16))\r\n\(text)\(end)"
    }

    private static let whole = chunk(question) + "0\r\n\r\n"

    static let lengths: [Attack] =
        [
            Attack(name: "chunked, and a length", fields: [chunked, length], body: whole + smuggled),
            Attack(
                name: "a length, and chunked", fields: ["Content-Length: 5", chunked], body: "0\r\n\r\n" + smuggled),
            Attack(name: "two lengths", fields: [length, "Content-Length: 0"], body: question + smuggled),
            Attack(name: "two lengths, zero first", fields: ["Content-Length: 0", length], body: question + smuggled),
        ]
        + ["5, 6", "+5", "-1", "0x41", "1e1", "5 5", "", "18446744073709551681", "٥", "6\u{0B}"].map {
            Attack(name: "the length “\($0)”", fields: ["Content-Length: \($0)"], body: question + smuggled)
        }

    static let encodings: [Attack] =
        ["chunked, identity", "identity", "xchunked", "chunkedx", "\u{0B}chunked", "chunked\u{0B}", "x\r\n chunked"].map
    {
        Attack(name: "the encoding “\($0)”", fields: ["Transfer-Encoding: \($0)"], body: whole + smuggled)
    } + [
        Attack(
            name: "two encodings", fields: [chunked, "Transfer-Encoding: identity"], body: whole + smuggled),
        Attack(
            name: "a blank before the colon", fields: ["Transfer-Encoding : chunked", length], body: whole + smuggled),
        Attack(
            name: "a folded encoding", fields: ["Transfer-Encoding:\r\n chunked", length], body: question + smuggled),
    ]

    private static let sizes = [
        "zz", "-41", "+41", "0x41", " 41", "41 41", "FFFFFFFFFFFFFFFFF", "10000000000000041", "", ";41",
    ]

    static let chunks: [Attack] =
        sizes.map { (size: String) in
            Attack(
                name: "the chunk size “\(size)”", fields: [chunked],
                body: chunk(question, size: size) + "0\r\n\r\n" + smuggled)
        } + [
            Attack(
                name: "a chunk without an end", fields: [chunked],
                body: chunk(question, end: "") + "0\r\n\r\n" + smuggled),
            Attack(
                name: "a chunk that is longer than it says", fields: [chunked],
                body: chunk(question + "AAAA", size: String(question.utf8.count, radix: 16)) + "0\r\n\r\n" + smuggled),
            Attack(
                name: "a size that ends with a line feed alone", fields: [chunked],
                body: String(question.utf8.count, radix: 16) + "\n" + question + "\n0\n\n" + smuggled),
            Attack(
                name: "an extension with a line feed", fields: [chunked],
                body: chunk(question, size: "41;a=\nb") + "0\r\n\r\n" + smuggled),
        ]

    static let heads: [Attack] = [
        Attack(name: "a folded field", fields: ["X-A: b\r\n c", length], body: question),
        Attack(name: "lines that end with a line feed alone", fields: [length], body: question, lineEnd: "\n"),
        Attack(name: "lines that end with a carriage return alone", fields: [length], body: question, lineEnd: "\r"),
        Attack(name: "a field within a field", fields: ["X-A: b\n\(chunked)", length], body: question + smuggled),
        Attack(
            name: "a carriage return in a field", fields: ["X-A: b\r\(chunked)", length], body: question + smuggled),
        Attack(name: "a zero in a field", fields: ["X-A: b\u{0}c", length], body: question),
        Attack(name: "a zero in a name", fields: ["X\u{0}A: b", length], body: question),
        Attack(name: "a blank in a name", fields: ["X A: b", length], body: question),
        Attack(name: "a field without a name", fields: [": b", length], body: question),
        Attack(name: "a field without a colon", fields: ["nonsense", length], body: question),
        Attack(
            name: "a version twice", line: "POST /v1/chat/completions HTTP/1.1 HTTP/1.1", fields: [length],
            body: question),
        Attack(
            name: "a version that is none", line: "POST /v1/chat/completions HTTP/9.9", fields: [length], body: question
        ),
        Attack(
            name: "a method that is none", line: "POST\u{0B} /v1/chat/completions HTTP/1.1", fields: [length],
            body: question),
        Attack(
            name: "a very large head", fields: [length, "X-A: " + String(repeating: "a", count: 200_000)],
            body: question),
    ]

    @Test("are refused, the connection is closed, and nothing of them reaches a provider or is answered twice")
    func refused() async throws {
        try await LiveGateway.run { gateway in
            let customer = try await gateway.makeCustomer()
            try await Self.expectTwoAnswers(gateway, customer.key)
            let before = gateway.provider.arrivals.count
            let attacks = Self.lengths + Self.encodings + Self.chunks + Self.heads
            await withTaskGroup(of: Void.self) { group in
                for attack in attacks {
                    group.addTask {
                        guard let connection = try? RawConnection(port: gateway.port) else {
                            Issue.record("\(attack.name): the gateway takes no connections")
                            return
                        }
                        await connection.send(attack.bytes(customer.key))
                        let answer = await connection.receiveAll()
                        #expect(answer.statuses.count <= 1, "\(attack.name): \(answer.text.prefix(600))")
                        #expect(
                            answer.statuses.allSatisfy { (400..<600).contains($0) },
                            "\(attack.name): \(answer.text.prefix(300))")
                        #expect(
                            answer.isClosed, "\(attack.name): the connection stays open: \(answer.text.prefix(300))")
                    }
                }
            }
            #expect(gateway.provider.arrivals.count == before)
            try await Self.expectTwoAnswers(gateway, customer.key)
        }
    }

    /// Two requests in a row that are well formed have two answers, so two would be seen above.
    private static func expectTwoAnswers(_ gateway: LiveGateway, _ key: String) async throws {
        for good in [
            Attack(name: "a length", fields: [length], body: question + smuggled),
            Attack(name: "chunks", fields: [chunked], body: whole + smuggled),
            Attack(
                name: "chunks with an extension", fields: [chunked],
                body: chunk(question, size: "41;a=b") + "0\r\n\r\n" + smuggled),
        ] {
            let connection = try RawConnection(port: gateway.port)
            await connection.send(good.bytes(key))
            let answer = await connection.receiveAll()
            #expect(answer.statuses == [200, 200], "\(good.name): \(answer.text.prefix(600))")
        }
    }
}
