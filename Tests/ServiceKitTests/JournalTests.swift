import Contracts
import Foundation
import Logging
import Observability
import Support
import Synchronization
import Testing

@testable import ServiceKit

@Suite("Journal")
struct JournalTests {
    private struct Refused: Error {}

    private func withPath<Value>(_ body: (String) async throws -> Value) async throws -> Value {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("journal-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        return try await body(folder.appendingPathComponent("journal").path)
    }

    private func open(
        _ path: String, maximumBytes: Int = 1 << 30, metrics: MetricsRegistry = MetricsRegistry()
    ) throws -> Journal {
        try Journal(
            settings: JournalSettings(path: path, maximumBytes: maximumBytes), metrics: metrics,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    }

    private func entry(_ index: Int, _ kind: JournalEntry.Kind = .usage) -> JournalEntry {
        JournalEntry(kind: kind, payload: Array(#"{"n":\#(index)}"#.utf8))
    }

    private func text(_ journal: Journal, _ kind: JournalEntry.Kind = .usage) throws -> [String] {
        try journal.waiting(kind).map { String(decoding: $0, as: UTF8.self) }
    }

    @Test("what was appended is there when the file is opened again without having been closed")
    func survives() async throws {
        try await withPath { path in
            let first = try open(path)
            try await first.append([entry(1), entry(2, .audit)])
            // A copy of the files at this moment is what `kill -9` would leave behind.
            let copy = path + "-copy"
            try FileManager.default.copyItem(atPath: path, toPath: copy)
            let second = try open(copy)
            #expect(try text(second) == [#"{"n":1}"#])
            #expect(try text(second, .audit) == [#"{"n":2}"#])
            try second.close()
            try first.close()
        }
    }

    @Test("appends from many tasks are all there, each task's in its order")
    func concurrent() async throws {
        try await withPath { path in
            let journal = try open(path)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for task in 0..<16 {
                    group.addTask {
                        for index in 0..<50 { try await journal.append([entry(task * 1_000 + index)]) }
                    }
                }
                try await group.waitForAll()
            }
            let numbers = try journal.waiting(.usage).map {
                try #require(Int(String(decoding: $0, as: UTF8.self).dropFirst(5).dropLast()))
            }
            #expect(numbers.count == 800)
            for task in 0..<16 {
                let own = numbers.filter { $0 / 1_000 == task }
                #expect(own == own.sorted() && own.count == 50)
            }
            try journal.close()
        }
    }

    @Test("events and records are stored in the form their owners read")
    func wireFormat() async throws {
        try await withPath { path in
            let journal = try open(path)
            let event = UsageEvent(
                id: UsageRecordID(), tenant: TenantID(), kind: .chat,
                occurredAt: Date(timeIntervalSince1970: 1_800_000_000),
                requestID: "r")
            let record = AuditRecord(
                id: AuditEventID(), tenant: TenantID(), occurredAt: Date(timeIntervalSince1970: 1_800_000_000),
                service: .gateway, action: "chat.completion", outcome: .success, actor: "api_key:x", requestID: "r")
            try await journal.append(usage: [event], audit: [record])
            let stored = try journal.log.oldest(.usage, limit: 10, maximumBytes: .max)
            let batch = try WireFormat.decoder().decode(
                Batch<UsageEvent>.self, from: Data(stored.body()))
            #expect(batch.items == [event])
            let records = try WireFormat.decoder().decode(
                Batch<AuditRecord>.self,
                from: Data(try journal.log.oldest(.audit, limit: 10, maximumBytes: .max).body()))
            #expect(records.items == [record])
            try journal.close()
        }
    }

    @Test("shipped entries are gone, refused ones are set aside and counted")
    func shipping() async throws {
        try await withPath { path in
            let metrics = MetricsRegistry()
            let journal = try open(path, metrics: metrics)
            try await journal.append((0..<5).map { entry($0) })
            let shipper = JournalShipper(kind: .usage, journal: journal) { _, _ in
                BatchReceipt(accepted: 4, duplicates: 0, rejected: [.init(index: 2, reason: "unknown tenant")])
            }
            #expect(await shipper.shipOnce() == .shipped(5))
            #expect(await shipper.shipOnce() == .nothing)
            #expect(try journal.log.refusedCount(.usage) == 1)
            let text = metrics.text()
            #expect(text.contains(#"journal_depth{kind="usage"} 0"#))
            #expect(text.contains(#"journal_shipped_total{kind="usage"} 4"#))
            #expect(text.contains(#"journal_rejected_total{kind="usage"} 1"#))
            try journal.close()
        }
    }

    @Test("when the owner cannot be reached nothing is lost or reordered")
    func ownerAway() async throws {
        try await withPath { path in
            let journal = try open(path)
            try await journal.append((0..<3).map { entry($0) })
            let failing = JournalShipper(kind: .usage, journal: journal) { _, _ in throw Refused() }
            #expect(await failing.shipOnce() == .failed)
            #expect(try text(journal).count == 3)
            try await journal.append([entry(3)])
            #expect(try text(journal) == (0..<4).map { #"{"n":\#($0)}"# })
            try journal.close()
        }
    }

    @Test("one entry that its owner cannot read is found and set aside; the others arrive")
    func poison() async throws {
        try await withPath { path in
            let journal = try open(path)
            try await journal.append((0..<10).map { entry($0) })
            let received = Mutex<[String]>([])
            let shipper = JournalShipper(kind: .usage, journal: journal) { _, body in
                let text = String(decoding: body, as: UTF8.self)
                if text.contains(#""n":6"#) { throw APIError(.invalidRequest, "no") }
                received.withLock { $0.append(text) }
                return BatchReceipt(accepted: 1, duplicates: 0)
            }
            var limit = 1_000
            loop: for _ in 0..<100 {
                switch await shipper.shipOnce(limit: limit) {
                case .nothing: break loop
                case .refusedAsWhole(let count): limit = max(1, count / 2)
                case .shipped, .failed: break
                }
            }
            let all = received.withLock { $0.joined() }
            for index in 0..<10 where index != 6 { #expect(all.contains(#""n":\#(index)}"#)) }
            #expect(try journal.log.refusedCount(.usage) == 1)
            #expect(try text(journal).isEmpty)
            try journal.close()
        }
    }

    @Test("a refusal of the sender is not a refusal of what it sent")
    func settings() async throws {
        try await withPath { path in
            let journal = try open(path)
            try await journal.append([entry(0)])
            for code in [ErrorCode.unauthenticated, .forbidden, .notFound, .rateLimited, .unavailable] {
                let shipper = JournalShipper(kind: .usage, journal: journal) { _, _ in throw APIError(code) }
                #expect(await shipper.shipOnce() == .failed)
            }
            #expect(try text(journal).count == 1)
            try journal.close()
        }
    }

    @Test("a batch holds at most a thousand entries and two megabytes")
    func batchBounds() async throws {
        try await withPath { path in
            let journal = try open(path)
            try await journal.append((0..<2_500).map { entry($0) })
            #expect(
                try journal.log.oldest(.usage, limit: JournalShipper.maximumItems, maximumBytes: .max).count == 1_000)
            let large = JournalEntry(kind: .audit, payload: Array(repeating: 0x20, count: 900_000))
            try await journal.append([large, large, large])
            let batch = try journal.log.oldest(.audit, limit: 1_000, maximumBytes: JournalShipper.maximumBytes)
            #expect(batch.count == 2)
            try journal.close()
        }
    }

    @Test("a part of what was written together is sent, settled and refused by itself")
    func partOfBlock() async throws {
        try await withPath { path in
            let journal = try open(path)
            try await journal.append((0..<5).map { entry($0) })
            let part = try journal.log.oldest(.usage, limit: 2, maximumBytes: .max)
            #expect(String(decoding: part.body(), as: UTF8.self) == #"{"items":[{"n":0},{"n":1}]}"#)
            try journal.log.settle(part, kind: .usage, rejected: [1: "no", 7: "not in it"], at: 0)
            #expect(try journal.log.refusedCount(.usage) == 1)
            #expect(try text(journal) == (2..<5).map { #"{"n":\#($0)}"# })
            #expect(try journal.log.depth(.usage) == 3)
            try journal.close()
        }
    }

    @Test("a journal of an earlier version is neither read nor written over: the service does not start")
    func earlierVersion() async throws {
        try await withPath { path in
            let folder = URL(fileURLWithPath: path).deletingLastPathComponent()
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            for name in [path, path + ".sqlite"] {
                try Data("SQLite format 3".utf8).write(to: URL(fileURLWithPath: name))
                let error = #expect(throws: SettingsError.self) { try open(path) }
                #expect("\(try #require(error))".contains("earlier version"))
                try FileManager.default.removeItem(atPath: name)
            }
        }
    }

    @Test("a second process is kept out")
    func oneProcess() async throws {
        try await withPath { path in
            let journal = try open(path)
            let error = #expect(throws: SettingsError.self) { try open(path) }
            #expect("\(try #require(error))".contains("another process"))
            try journal.close()
            try open(path).close()
        }
    }

    /// The newest segment of a journal.
    private func newest(_ path: String) throws -> URL {
        let segments = try FileManager.default.contentsOfDirectory(atPath: path).filter { $0.hasSuffix(".segment") }
        return URL(fileURLWithPath: path).appendingPathComponent(try #require(segments.max()))
    }

    @Test("of an append that was cut off at any byte nothing is there, and all that came before and after is")
    func tornAppend() async throws {
        try await withPath { path in
            let first = try open(path)
            try await first.append([entry(1), entry(2, .audit)])
            let whole = try Data(contentsOf: newest(path)).count
            try await first.append([entry(3), entry(4, .audit), entry(5)])
            let bytes = try Data(contentsOf: newest(path))
            let name = try newest(path).lastPathComponent
            try first.close()
            for length in whole..<bytes.count {
                let copy = "\(path)-\(length)"
                try FileManager.default.copyItem(atPath: path, toPath: copy)
                try bytes.prefix(length).write(to: URL(fileURLWithPath: copy).appendingPathComponent(name))
                let second = try open(copy)
                try await second.append([entry(6)])
                #expect(try text(second) == [1, 6].map { #"{"n":\#($0)}"# })
                #expect(try text(second, .audit) == [#"{"n":2}"#])
                try second.close()
            }
        }
    }

    @Test("whatever is behind the last append is not taken for entries")
    func garbage() async throws {
        try await withPath { path in
            let first = try open(path)
            try await first.append([entry(1)])
            let name = try newest(path)
            try first.close()
            let good = try Data(contentsOf: name)
            var generator = SystemRandomNumberGenerator()
            for _ in 0..<50 {
                let noise = (0..<Int.random(in: 1...200, using: &generator)).map { _ in
                    UInt8.random(in: 0...255, using: &generator)
                }
                try (good + noise).write(to: name)
                let second = try open(path)
                #expect(try text(second) == [#"{"n":1}"#])
                try second.close()
            }
        }
    }

    @Test("segments go when both owners have what is in them, and a journal of one kind only does not fill up")
    func segments() async throws {
        try await withPath { path in
            let journal = try open(path, maximumBytes: 1 << 20)
            let shipper = JournalShipper(kind: .audit, journal: journal) { _, _ in
                BatchReceipt(accepted: 1, duplicates: 0)
            }
            let usage = JournalShipper(kind: .usage, journal: journal) { _, _ in
                BatchReceipt(accepted: 1, duplicates: 0)
            }
            for _ in 0..<100 {
                try await journal.append([JournalEntry(kind: .audit, payload: Array(repeating: 0x20, count: 50_000))])
                while case .shipped = await shipper.shipOnce() {}
                #expect(await usage.shipOnce() == .nothing)
            }
            let left = try FileManager.default.contentsOfDirectory(atPath: path).filter { $0.hasSuffix(".segment") }
            #expect(left.count <= 2)
            try journal.close()
        }
    }

    @Test("what was shipped is not shipped again after a restart, and what was not is")
    func cursors() async throws {
        try await withPath { path in
            for run in 0..<4 {
                let journal = try open(path)
                if run > 0 { #expect(try text(journal) == [#"{"n":\#(run * 10 + 2 - 10)}"#]) }
                let shipper = JournalShipper(kind: .usage, journal: journal) { _, _ in
                    BatchReceipt(accepted: 1, duplicates: 0)
                }
                while case .shipped = await shipper.shipOnce() {}
                #expect(try journal.hasShippedEarlierRuns(.usage))
                try await journal.append([entry(run * 10), entry(run * 10 + 1)])
                while case .shipped = await shipper.shipOnce() {}
                try await journal.append([entry(run * 10 + 2), entry(run * 10 + 2, .audit)])
                try journal.close()
            }
            let journal = try open(path)
            #expect(try text(journal, .audit).count == 4)
            #expect(try journal.hasShippedEarlierRuns(.usage) == false)
            #expect(try journal.log.earlierDepth(.audit) == 4)
            try journal.close()
        }
    }

    @Test("with full synchronisation appends of many tasks return and are there")
    func synchronous() async throws {
        try await withPath { path in
            let journal = try Journal(
                settings: JournalSettings(path: path, synchronous: .full), metrics: MetricsRegistry(),
                logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
            try await withThrowingTaskGroup(of: Void.self) { group in
                for task in 0..<8 {
                    group.addTask { for index in 0..<5 { try await journal.append([entry(task * 10 + index)]) } }
                }
                try await group.waitForAll()
            }
            #expect(try text(journal).count == 40)
            try journal.close()
        }
    }

    @Test("a full journal throws and says so to the readiness probe, and works again when there is room")
    func full() async throws {
        try await withPath { path in
            let journal = try open(path, maximumBytes: 1 << 20)
            let large = JournalEntry(kind: .usage, payload: Array(repeating: 0x20, count: 300_000))
            await #expect(throws: JournalError.self) {
                for _ in 0..<20 { try await journal.append([large]) }
            }
            guard case .failing = journal.health else {
                Issue.record("the probe does not know")
                return
            }
            let shipper = JournalShipper(kind: .usage, journal: journal) { _, _ in
                BatchReceipt(accepted: 1, duplicates: 0)
            }
            while case .shipped = await shipper.shipOnce() {}
            // A segment goes when both kinds have been looked through.
            let audit = JournalShipper(kind: .audit, journal: journal) { _, _ in throw Refused() }
            #expect(await audit.shipOnce() == .nothing)
            try await journal.append([large])
            #expect(journal.health == .ok)
            try journal.close()
        }
    }

    @Test("a closed journal takes nothing")
    func closed() async throws {
        try await withPath { path in
            let journal = try open(path)
            try journal.close()
            await #expect(throws: JournalError.closed) { try await journal.append([entry(1)]) }
        }
    }

    @Test("the running shipper sends what is appended while it runs, each entry once")
    func running() async throws {
        try await withPath { path in
            let journal = try open(path)
            let received = Mutex<[String]>([])
            let (arrivals, arrived) = AsyncStream.makeStream(of: Int.self)
            let shipping = Task {
                await journal.ship { kind, body in
                    struct Numbers: Decodable { struct Item: Decodable { var n: Int }; var items: [Item] }
                    let numbers = try JSONDecoder().decode(Numbers.self, from: Data(body)).items.map(\.n)
                    let count = received.withLock {
                        $0 += numbers.map { "\(kind.label) \($0)" }
                        return $0.count
                    }
                    arrived.yield(count)
                    return BatchReceipt(accepted: numbers.count, duplicates: 0)
                }
            }
            for index in 0..<200 { try await journal.append([entry(index), entry(index, .audit)]) }
            for await count in arrivals where count >= 400 { break }
            shipping.cancel()
            await shipping.value
            let all = received.withLock { $0 }
            #expect(all.count == 400 && Set(all).count == 400)
            try journal.close()
        }
    }
}
