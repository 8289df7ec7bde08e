import Foundation
import Logging
import Observability
import Synchronization
import Testing

@Suite("JSON log")
struct JSONLogTests {
    private final class Captured: Sendable {
        let data = Mutex(Data())

        func lines() throws -> [[String: String]] {
            try data.withLock { $0 }.split(separator: 0x0A).map { line in
                try #require(try JSONSerialization.jsonObject(with: Data(line)) as? [String: String])
            }
        }
    }

    private func logger(_ captured: Captured, capacity: Int = 1 << 20) -> (Logger, LogSink) {
        let sink = LogSink(capacity: capacity) { data in captured.data.withLock { $0.append(data) } }
        let logger = Logger(label: "test") { label in
            JSONLogHandler(label: label, service: "gateway", sink: sink)
        }
        return (logger, sink)
    }

    @Test("a line is one JSON object with time, level, service, message and the metadata, flat")
    func line() throws {
        let captured = Captured()
        var (logger, sink) = logger(captured)
        logger[metadataKey: "request_id"] = "r-1"
        logger.info("hello", metadata: ["tenant": "t-1"])
        sink.flush()
        let line = try #require(try captured.lines().first)
        #expect(line["level"] == "info" && line["service"] == "gateway" && line["message"] == "hello")
        #expect(line["request_id"] == "r-1" && line["tenant"] == "t-1")
        let stamp = try #require(line["timestamp"])
        #expect(stamp.hasSuffix("Z") && stamp.utf8.count == 24)
        let style = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
        #expect(abs(try style.parse(stamp).timeIntervalSinceNow) < 3_600)
    }

    @Test("quotes, control characters and line feeds cannot break a line or forge another")
    func injection() throws {
        let captured = Captured()
        let (logger, sink) = logger(captured)
        let hostile = "a\"b\\c\nd\u{0}\u{1B}[31m\u{7F}"
        logger.error("\(hostile)", metadata: ["level": "critical"])
        sink.flush()
        let lines = try captured.lines()
        #expect(lines.count == 1)
        #expect(lines.first?["message"] == hostile)
        #expect(lines.first?["level"] == "error")
    }

    @Test("past its capacity lines are dropped, counted and reported")
    func bounded() throws {
        let captured = Captured()
        let gate = DispatchSemaphore(value: 0)
        let sink = LogSink(capacity: 2_000) { data in
            gate.wait()
            gate.signal()
            captured.data.withLock { $0.append(data) }
        }
        for _ in 0..<1_000 { sink.append(Array(repeating: 0x61, count: 100)) }
        gate.signal()
        sink.flush()
        let text = captured.data.withLock { String(decoding: $0, as: UTF8.self) }
        #expect(text.contains("log lines dropped"))
        #expect(text.utf8.count < 10_000)
    }

    @Test("a copied logger does not share metadata with its original")
    func valueSemantics() {
        let captured = Captured()
        var (first, _) = logger(captured)
        first[metadataKey: "a"] = "1"
        var second = first
        second[metadataKey: "a"] = "2"
        #expect(first[metadataKey: "a"] == "1" && second[metadataKey: "a"] == "2")
    }
}
