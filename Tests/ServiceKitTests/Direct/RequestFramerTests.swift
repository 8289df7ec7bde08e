import Foundation
import NIOCore
import Testing

@testable import ServiceKit

@Suite("Framing of requests that are answered directly")
struct RequestFramerTests {
    /// What came out, in order.
    private enum Output: Equatable {
        case direct(String)
        case forwarded(String)
    }

    private func framer(maximumBody: Int = 1_000) -> RequestFramer {
        RequestFramer(maximumBody: maximumBody) {
            $0.isMethod("POST") && $0.isTarget("/direct") ? "/direct" : nil
        }
    }

    private static func direct(_ body: String) -> String {
        "POST /direct HTTP/1.1\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)"
    }

    private static func other(_ body: String) -> String {
        "PUT /other HTTP/1.1\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)"
    }

    private static let get = "GET /other HTTP/1.1\r\nHost: x\r\n\r\n"

    /// Feeds pieces, answering each request as soon as it is out.
    private func run(_ pieces: [String], _ framer: inout RequestFramer) -> [Output] {
        var outputs: [Output] = []
        for piece in pieces {
            var buffer = ByteBuffer(string: piece)
            framer.receive(&buffer)
            while true {
                if let step = framer.next() {
                    switch step {
                    case .answer(_, _, let body):
                        outputs.append(.direct(String(decoding: body, as: UTF8.self)))
                        framer.answered()
                    case .forward(let bytes):
                        let text = String(buffer: bytes)
                        if case .forwarded(let before)? = outputs.last {
                            outputs[outputs.count - 1] = .forwarded(before + text)
                        } else {
                            outputs.append(.forwarded(text))
                        }
                    }
                } else if framer.heldBytes > 0 {
                    // The HTTP server has answered.
                    framer.answered()
                } else {
                    break
                }
            }
            framer.answered()
        }
        return outputs
    }

    @Test("requests of both kinds on one connection come out whole, in order and unchanged, however they are cut")
    func mixed() {
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<300 {
            var expected: [Output] = []
            var pieces: [String] = []
            for number in 0..<Int.random(in: 1...8, using: &generator) {
                let body = String(repeating: "\(number)", count: Int.random(in: 0...300, using: &generator))
                let text: String
                switch Int.random(in: 0...2, using: &generator) {
                case 0:
                    text = Self.direct(body)
                    expected.append(.direct(body))
                case 1:
                    text = Self.other(body)
                    Self.append(text, to: &expected)
                default:
                    text = Self.get
                    Self.append(text, to: &expected)
                }
                // The head is in one piece; bodies are cut at any place.
                let head =
                    text.range(of: "\r\n\r\n").map { text.distance(from: text.startIndex, to: $0.upperBound) } ?? 0
                let cut = Int.random(in: head...text.count, using: &generator)
                pieces += [String(text.prefix(cut)), String(text.dropFirst(cut))].filter { !$0.isEmpty }
            }
            var framer = framer()
            #expect(run(pieces, &framer) == expected)
        }
    }

    private static func append(_ text: String, to outputs: inout [Output]) {
        if case .forwarded(let before)? = outputs.last {
            outputs[outputs.count - 1] = .forwarded(before + text)
        } else {
            outputs.append(.forwarded(text))
        }
    }

    @Test("requests sent ahead are held until the one before is answered, by whomever")
    func pipelined() {
        var framer = framer()
        var bytes = ByteBuffer(string: Self.direct("a") + Self.get + Self.direct("b"))
        framer.receive(&bytes)
        guard case .answer(_, _, let first)? = framer.next() else {
            Issue.record("the first was not taken")
            return
        }
        #expect(first == Array("a".utf8) && framer.isAnswering && framer.next() == nil)
        framer.answered()
        guard case .forward(let forwarded)? = framer.next() else {
            Issue.record("the second was not forwarded")
            return
        }
        #expect(String(buffer: forwarded) == Self.get && !framer.isDirect && framer.next() == nil)
        framer.answered()
        guard case .answer(_, _, let third)? = framer.next() else {
            Issue.record("the third was not taken")
            return
        }
        #expect(third == Array("b".utf8) && framer.heldBytes == 0)
    }

    @Test(
        "after anything whose end is not certain all bytes are the HTTP server's, whatever they look like",
        arguments: [
            "POST /direct HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "GARBAGE\r\n\r\n",
            "POST /direct HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\na",
            "POST /direct HTTP/1.1\r\nConte", "GET /other HTTP/1.1\r\nConnection: close\r\n\r\n",
            "POST /direct HTTP/1.1\nContent-Length: 0\n\n",
        ])
    func uncertain(text: String) {
        var framer = framer()
        let behind = Self.direct("smuggled")
        #expect(run([text, behind, behind], &framer) == [.forwarded(text + behind + behind)])
        #expect(!framer.isDirect)
    }

    @Test("a direct request without a length, or with a larger one than is taken, is the HTTP server's")
    func lengths() {
        var framer = framer(maximumBody: 3)
        let none = "POST /direct HTTP/1.1\r\nHost: x\r\n\r\n"
        let large = Self.direct("abcd")
        #expect(
            run([none, large, Self.direct("abc")], &framer) == [.forwarded(none + large), .direct("abc")])
    }

    @Test("an answer that comes before the end of its request does not let the rest pass for a request")
    func earlyAnswer() {
        var framer = framer()
        let inner = Self.direct("smuggled")
        let text = Self.other(inner)
        let cut = text.utf8.count - inner.utf8.count
        var bytes = ByteBuffer(bytes: text.utf8.prefix(cut))
        framer.receive(&bytes)
        guard case .forward? = framer.next() else {
            Issue.record("not forwarded")
            return
        }
        framer.answered()
        bytes = ByteBuffer(string: inner + Self.direct("real"))
        framer.receive(&bytes)
        guard case .forward(let rest)? = framer.next(), case .answer(_, _, let body)? = framer.next() else {
            Issue.record("the rest of the body was taken for a request")
            return
        }
        #expect(String(buffer: rest) == inner && body == Array("real".utf8))
    }
}

extension RequestFramer.Step? {
    fileprivate static func == (left: Self, right: _OptionalNilComparisonType) -> Bool {
        if case .none = left { return true }
        return false
    }
}
