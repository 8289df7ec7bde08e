import Foundation
import Testing

@testable import Gateway

/// What holds for every provider's streams, however the network cuts them.
@Suite("Every provider's streams")
struct ProviderStreamConformanceTests {
    @Test("are read event by event", arguments: ProviderAdapters.kinds)
    func whole(kind: String) throws {
        let fixture = try ProviderFixture(kind)
        for file in fixture.cases("stream-") {
            let events = try Self.events(fixture, try fixture.bytes(file))
            try fixture.expect(.array(events.map(NeutralForm.json)), in: fixture.neutral(file))
            Self.checkOrder(events, "\(kind)/\(file)")
        }
    }

    @Test("are the same byte by byte, and are complete only with their last byte", arguments: ProviderAdapters.kinds)
    func cuts(kind: String) throws {
        let fixture = try ProviderFixture(kind)
        for file in fixture.cases("stream-") {
            let bytes = try fixture.bytes(file)
            let whole = try Self.events(fixture, bytes)
            var decoder = fixture.adapter.makeStreamDecoder()
            var events: [CompletionEvent] = []
            for byte in bytes {
                var cut = decoder
                let seen = events + cut.finish()
                // A cut that looks complete has lost nothing but blank lines.
                if seen.contains(.end) { #expect(seen == whole, "\(kind)/\(file)") }
                events += try decoder.feed([byte])
            }
            events += decoder.finish()
            #expect(events == whole, "\(kind)/\(file)")
        }
    }

    @Test("that hold something else are refused or end nothing", arguments: ProviderAdapters.kinds)
    func garbage(kind: String) throws {
        let fixture = try ProviderFixture(kind)
        for text in [
            "", "\n\n", "<html><body>502</body></html>", "data: <html>\n\n", "data: {}\n\n", "data: []\n\n",
            "data: [DONE]\n\n", "event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n", ": ping\n\n",
            "data: {\"type\":\"message-end\"}\n\n", String(repeating: "x", count: 4_096),
        ] {
            var decoder = fixture.adapter.makeStreamDecoder()
            let events = (try? decoder.feed(Array(text.utf8))).map { $0 + decoder.finish() } ?? []
            #expect(!events.contains(.end), "\(kind): \(text.prefix(60))")
        }
    }

    @Test("that never end an event are bounded", arguments: ProviderAdapters.kinds)
    func bound(kind: String) throws {
        let fixture = try ProviderFixture(kind)
        var decoder = fixture.adapter.makeStreamDecoder()
        let piece = [UInt8](repeating: UInt8(ascii: "a"), count: 256 << 10)
        #expect(throws: TranslationError.self) {
            _ = try decoder.feed(Array("data: ".utf8))
            for _ in 0..<5 { _ = try decoder.feed(piece) }
        }
    }

    @Test("with damaged bytes never end as complete with less than everything", arguments: ProviderAdapters.kinds)
    func damage(kind: String) throws {
        let fixture = try ProviderFixture(kind)
        var random = SystemRandomNumberGenerator()
        for file in fixture.cases("stream-") {
            let bytes = try fixture.bytes(file)
            for _ in 0..<20 {
                // A hole, as when a proxy loses a piece.
                let start = Int.random(in: 0..<bytes.count, using: &random)
                let end = Int.random(in: start..<bytes.count, using: &random)
                var decoder = fixture.adapter.makeStreamDecoder()
                let damaged = Array(bytes[..<start] + bytes[end...])
                let events = (try? decoder.feed(damaged)).map { $0 + decoder.finish() } ?? []
                Self.checkOrder(events, "\(kind)/\(file) without \(start)..<\(end)")
            }
        }
    }

    static func events(_ fixture: ProviderFixture, _ bytes: [UInt8]) throws -> [CompletionEvent] {
        var decoder = fixture.adapter.makeStreamDecoder()
        return try decoder.feed(bytes) + decoder.finish()
    }

    /// The order that `CompletionEvent` promises.
    static func checkOrder(_ events: [CompletionEvent], _ name: String) {
        var calls: [Int: Int] = [:]
        var finished: Set<Int> = []
        for (position, event) in events.enumerated() {
            switch event {
            case .begin: #expect(position == 0, "\(name): begin")
            case .toolCall(let index, _, let tool, let choice):
                #expect(index == calls[choice] ?? 0 && !tool.isEmpty, "\(name): a call out of order")
                calls[choice] = index + 1
            case .toolArguments(let index, _, let choice):
                #expect(index == (calls[choice] ?? 0) - 1, "\(name): arguments of another call")
            case .finish(_, let choice): #expect(finished.insert(choice).inserted, "\(name): finished twice")
            case .usage, .failure: #expect(position >= events.count - 2, "\(name): after it only the end")
            case .end:
                #expect(position == events.count - 1 && !finished.isEmpty, "\(name): the end")
            case .text, .reasoning, .reasoningSeal, .refusal, .logProbabilities: break
            }
        }
        if !events.isEmpty { #expect(events.first.map(isBeginning) == true, "\(name): no beginning") }
    }

    private static func isBeginning(_ event: CompletionEvent) -> Bool {
        switch event {
        case .begin, .failure: true
        default: false
        }
    }
}
