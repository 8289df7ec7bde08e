import Contracts
import Foundation
import Support
import Synchronization
import Testing

/// Every service in turn is killed with SIGKILL while documents come in and chats are answered.
///
/// What must hold in the end, whatever was cut off where:
/// - every document that was accepted is `ready`, or `failed` with a reason;
/// - every chat that was answered is on the ledger exactly once, with the tokens that the provider metered;
/// - every chat that was answered is in the audit log exactly once.
@Suite("Killed with SIGKILL, over and over", .serialized)
struct KillTests {
    /// Enough for each service to die several times at an arbitrary moment; `ASTERISM_KILLS` sets another number.
    static let kills = ProcessInfo.processInfo.environment["ASTERISM_KILLS"].flatMap { Int($0) } ?? 50

    @Test("nothing that was accepted or answered is lost or counted twice")
    func kills() async throws {
        let constellation = try await Constellation.start()
        let provider = try await FakeProvider.start()
        defer { Task { await provider.stop() } }
        let tenant = try await DemoTenant.create(on: constellation, name: "Kill")
        try await tenant.addProvider(provider, on: constellation)

        let load = KillLoad(tenant: tenant)
        let traffic = Task { await load.run() }
        let order: [ServiceName] = [.gateway, .ragService, .usageBilling, .auditService, .agentRunner, .promptService]
        for number in 0..<Self.kills {
            try await Task.sleep(for: .milliseconds(Int.random(in: 20...300)))
            try await constellation.restart(order[number % order.count])
        }
        load.stop()
        await traffic.value

        let result = load.outcome
        #expect(result.documents.count >= 5 && result.chats.count >= 20, "the load got nothing done: \(result)")
        print("kill test: \(Self.kills) kills, \(result)")
        try await expectDocumentsEnd(result.documents, tenant)
        try await expectChatsOnLedger(result.chats, tenant)
        try await expectChatsInLog(result.chats, tenant)
        await constellation.stop()
    }

    private func expectDocumentsEnd(_ ids: [String], _ tenant: DemoTenant) async throws {
        for id in ids {
            let document = try await eventually(seconds: 60) {
                try await tenant.get("/v1/documents/\(id)")
            } until: {
                ["ready", "failed"].contains($0.string("status") ?? "")
            }
            if document.string("status") == "failed" { #expect(document.string("reason")?.isEmpty == false) }
        }
    }

    private func expectChatsOnLedger(_ requests: [String], _ tenant: DemoTenant) async throws {
        let answered = Set(requests)
        var counts: [String: Int] = [:]
        for _ in 0..<600 {
            counts = try await tenant.all("/v1/usage/events").reduce(into: [:]) { counts, event in
                if event["kind"] as? String == "chat", let id = event["request_id"] as? String {
                    counts[id, default: 0] += 1
                }
            }
            if answered.isSubset(of: counts.keys) { break }
            try await Task.sleep(for: .milliseconds(100))
        }
        #expect(answered.subtracting(counts.keys).isEmpty, "answered, but not on the ledger")
        #expect(counts.filter { $0.value > 1 }.isEmpty, "on the ledger more than once")
    }

    private func expectChatsInLog(_ requests: [String], _ tenant: DemoTenant) async throws {
        let answered = Set(requests)
        var counts: [String: Int] = [:]
        for _ in 0..<600 {
            counts = try await tenant.all("/v1/audit/events").reduce(into: [:]) { counts, event in
                if event["action"] as? String == "chat.completion", let id = event["request_id"] as? String {
                    counts[id, default: 0] += 1
                }
            }
            if answered.isSubset(of: counts.keys) { break }
            try await Task.sleep(for: .milliseconds(100))
        }
        #expect(answered.subtracting(counts.keys).isEmpty, "answered, but not in the audit log")
        #expect(counts.filter { $0.value > 1 }.isEmpty, "in the audit log more than once")
    }
}

/// Documents and chats, one after another in each of a few lanes, until told to stop. Failures are what the test is for:
/// a request that fails is simply not accepted.
private final class KillLoad: Sendable {
    struct Outcome: CustomStringConvertible {
        var documents: [String] = []
        var chats: [String] = []
        var failures = 0

        var description: String {
            "\(documents.count) documents accepted, \(chats.count) chats answered, \(failures) requests refused or cut off"
        }
    }

    private let tenant: DemoTenant
    private let state = Mutex((outcome: Outcome(), isStopped: false))

    init(tenant: DemoTenant) {
        self.tenant = tenant
    }

    var outcome: Outcome { state.withLock { $0.outcome } }

    func stop() { state.withLock { $0.isStopped = true } }

    func run() async {
        await withTaskGroup(of: Void.self) { group in
            for lane in 0..<3 { group.addTask { await self.lane { try await self.chat(lane, $0) } } }
            group.addTask { await self.lane(self.document) }
        }
    }

    private func lane(_ body: (Int) async throws -> Void) async {
        var number = 0
        while !state.withLock({ $0.isStopped }) {
            number += 1
            do {
                try await body(number)
            } catch {
                state.withLock { $0.outcome.failures += 1 }
            }
            do { try await Task.sleep(for: .milliseconds(30)) } catch { return }
        }
    }

    private func chat(_ lane: Int, _ number: Int) async throws {
        let id = "kill-\(lane)-\(number)"
        let answer = try await tenant.post(
            "/v1/chat/completions",
            #"{"model":"fake-chat","messages":[{"role":"user","content":"message \#(number) of lane \#(lane)"}]}"#,
            headers: [("X-Request-Id", id)])
        state.withLock { if answer.status == 200 { $0.outcome.chats.append(id) } else { $0.outcome.failures += 1 } }
    }

    private func document(_ number: Int) async throws {
        let answer = try await tenant.post(
            "/v1/documents",
            ##"{"title":"Article \##(number)","content":"# Article \##(number)\n\nProcedure \##(number) restarts the spooler."}"##
        )
        state.withLock {
            if answer.status == 202, let id = answer.string("id") {
                $0.outcome.documents.append(id)
            } else {
                $0.outcome.failures += 1
            }
        }
    }
}
