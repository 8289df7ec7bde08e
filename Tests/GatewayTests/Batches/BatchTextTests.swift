import Contracts
import Foundation
import Testing

@testable import Gateway

@Suite("The texts of batches")
struct BatchTextTests {
    private static let form = [
        "preamble\r\n--X\r\nContent-Disposition: form-data; name=\"purpose\"\r\n\r\nbatch\r\n",
        "--X\r\ncontent-disposition: form-data; name=\"empty\"\r\n\r\n\r\n",
        "--X\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a;b.jsonl\"\r\nContent-Type: text/plain\r\n\r\n",
        "one\r\n--\r\n-X\r\n--Y\n\r\n--X--\r\nepilogue",
    ].joined()

    @Test("a form is read the same in whatever pieces it arrives", arguments: [1, 2, 3, 5, 7, 64, 10_000])
    func multipart(size: Int) throws {
        var scanner = try #require(MultipartScanner(contentType: "multipart/form-data; boundary=X"))
        var parts: [String] = []
        var bytes = Array(Self.form.utf8)[...]
        while !bytes.isEmpty {
            for event in try scanner.append(bytes.prefix(size)) {
                switch event {
                case .begin(let name, let fileName): parts.append("\(name)(\(fileName ?? "-"))=")
                case .content(let text): parts[parts.count - 1] += String(decoding: text, as: UTF8.self)
                case .end: parts[parts.count - 1] += "."
                }
            }
            bytes = bytes.dropFirst(size)
        }
        #expect(scanner.isDone)
        #expect(parts == ["purpose(-)=batch.", "empty(-)=.", "file(a;b.jsonl)=one\r\n--\r\n-X\r\n--Y\n."])
    }

    @Test("a body that is not a form is refused, and one that breaks off has no end")
    func malformed() throws {
        #expect(MultipartScanner(contentType: "multipart/form-data") == nil)
        #expect(MultipartScanner(contentType: "multipart/form-data; boundary=\"") == nil)
        for text in ["--X\r\nNothing: here\r\n\r\nx", "--Xy\r\n", "--X\r\n" + String(repeating: "h", count: 10_000)] {
            var scanner = try #require(MultipartScanner(contentType: "multipart/form-data; boundary=X"))
            #expect(throws: MultipartScanner.Malformed.self) { try scanner.append(Array(text.utf8)) }
        }
        var scanner = try #require(MultipartScanner(contentType: "multipart/form-data; boundary=X"))
        _ = try scanner.append(Array(Self.form.utf8.dropLast(20)))
        #expect(!scanner.isDone)
    }

    @Test("lines are found with their places, however the text is cut", arguments: [1, 2, 4, 100])
    func lines(size: Int) throws {
        let text = Array("a\n\nbcd\r\nlast".utf8)
        var splitter = LineSplitter(maximumBytes: 5)
        var found: [LineSplitter.Line] = []
        var rest = text[...]
        while !rest.isEmpty {
            found += try splitter.append(Array(rest.prefix(size)))
            rest = rest.dropFirst(size)
        }
        if let last = try splitter.finish() { found.append(last) }
        #expect(found.map { String(decoding: $0.bytes, as: UTF8.self) } == ["a", "", "bcd", "last"])
        #expect(found.map(\.offset) == [0, 2, 3, 8])
        #expect(throws: LineSplitter.TooLong.self) { try splitter.append(Array("sixsix".utf8)) }
    }

    private static func plan(_ lines: [String]) -> BatchPlan {
        var plan = BatchPlan(endpoint: .chatCompletions)
        var offset: Int64 = 0
        for line in lines {
            _ = plan.read(LineSplitter.Line(offset: offset, bytes: Array(line.utf8)))
            offset += Int64(line.utf8.count) + 1
        }
        plan.finish()
        return plan
    }

    @Test("what is wrong with a line is said with its number and its member")
    func problems() {
        func line(_ id: String, method: String = "POST", url: String = "/v1/chat/completions", body: String = "{}")
            -> String
        { "{\"custom_id\":\"\(id)\",\"method\":\"\(method)\",\"url\":\"\(url)\",\"body\":\(body)}" }
        let plan = Self.plan([
            line("a"), "", line("a"), "{", line("b", method: "GET"), line("c", url: "/v1/embeddings"),
            line("d", body: "[]"), line("e", body: "{\"stream\":true}"), "{\"method\":\"POST\"}", line(""),
            "{\"custom_id\":\"f\",\"custom_id\":\"g\"}",
        ])
        #expect(plan.total == 10)
        #expect(plan.problems.map(\.line) == [3, 4, 5, 6, 7, 8, 9, 10, 11])
        #expect(
            plan.problems.map(\.param) == [
                "custom_id", nil, "method", "url", "body", "body.stream", "custom_id", "custom_id", "custom_id",
            ])
        #expect(plan.problems.first?.code == "duplicate_custom_id")
    }

    @Test("a file without lines, and one with too many, cannot begin")
    func counts() {
        #expect(Self.plan(["", " "]).problems.map(\.code) == ["empty_file"])
        let many = (0...BatchLimits.lines).map {
            "{\"custom_id\":\"\($0)\",\"method\":\"POST\",\"url\":\"/v1/chat/completions\",\"body\":{}}"
        }
        #expect(Self.plan(many).problems.map(\.code) == ["too_many_tasks"])
        #expect(Self.plan(Array(many.dropLast())).problems.isEmpty)
    }

    @Test("the body of a line is found where it stands in the file")
    func places() throws {
        var plan = BatchPlan(endpoint: .chatCompletions)
        let text = #" {"body": {"a": "é"} , "custom_id":"x","url":"/v1/chat/completions","method":"POST"}"#
        let read = plan.read(LineSplitter.Line(offset: 1_000, bytes: Array(text.utf8)))
        let entry = try #require(read)
        let start = Int(entry.offset) - 1_000
        #expect(String(decoding: Array(text.utf8)[start..<(start + entry.length)], as: UTF8.self) == #"{"a": "é"}"#)
    }

    @Test("a result is one line of JSON, whatever the answer looks like")
    func results() throws {
        let batch = BatchID()
        let answered = ResultLine(
            batch: batch, line: 7, attempt: 2, customID: "a\"b",
            outcome: .answered(status: 200, body: Array("{\n  \"x\": \"1\\n2\"\r\n}".utf8)))
        let missed = ResultLine(
            batch: batch, line: 8, attempt: 0, customID: "c", outcome: .notRun(code: "batch_expired", message: "m"))
        for (line, hasResponse) in [(answered, true), (missed, false)] {
            let bytes = line.bytes
            #expect(bytes.count { $0 == UInt8(ascii: "\n") } == 1)
            let json = try JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any] ?? [:]
            #expect(json["custom_id"] as? String == line.customID)
            #expect((json["response"] is [String: Any]) == hasResponse)
            #expect((json["error"] is NSNull) == hasResponse)
        }
        let json = try JSONSerialization.jsonObject(with: Data(answered.bytes)) as? [String: Any] ?? [:]
        let response = try #require(json["response"] as? [String: Any])
        #expect((response["body"] as? [String: String]) == ["x": "1\n2"])
        #expect(response["request_id"] as? String == "\(batch.wire).7.2")
    }

    @Test("an attempt at a line has one identity, and no two attempts share one")
    func identities() {
        let batch = BatchID()
        let same = CallIdentity(batch: batch, line: 1, attempt: 1).usage(attempt: 1)
        #expect(same == CallIdentity(batch: batch, line: 1, attempt: 1).usage(attempt: 1))
        let others = [
            CallIdentity(batch: batch, line: 1, attempt: 2), CallIdentity(batch: batch, line: 2, attempt: 1),
            CallIdentity(batch: BatchID(), line: 1, attempt: 1), CallIdentity(batch: batch, line: 11, attempt: 1),
            CallIdentity(batch: batch, line: 1, attempt: 11),
        ].map { $0.usage(attempt: 1) }
        #expect(Set(others + [same]).count == 6)
    }

    @Test("ids of files and batches are read strictly")
    func ids() {
        let (file, batch) = (FileID(), BatchID())
        #expect(FileID(wire: file.wire) == file)
        #expect(BatchID(wire: batch.wire) == batch)
        #expect(FileID(wire: batch.wire) == nil)
        #expect(FileID(wire: file.wire.uppercased()) == nil)
        #expect(FileID(wire: file.description) == nil)
        #expect(BatchID(wire: "batch_" + String(repeating: " ", count: 32)) == nil)
        #expect(batch.file("output") == batch.file("output"))
        #expect(batch.file("output") != batch.file("error"))
    }
}
