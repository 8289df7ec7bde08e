import Contracts
import CurlClient
import Foundation
import Support
import Synchronization

/// Calls of every kind, in lanes, against several gateways in turn.
final class LedgerLoad: Sendable {
    /// A tenth of the calls goes to models that fail in one of these ways.
    static let faults: [(model: String, fault: FakeProvider.Fault)] = [
        ("fault-500", .status(500)), ("fault-429", .status(429)), ("fault-reset", .reset),
        ("fault-cut", .cut(afterChunks: 2)), ("fault-json", .malformedJSON),
        ("fault-event", .errorEvent(afterChunks: 2)),
    ]

    private struct State {
        var begun = 0
        var answered = 0
        var refused = 0
        var broken = 0
        var left = 0
    }

    private let urls: [String]
    private let rich: DemoTenant
    private let poor: DemoTenant
    private let state = Mutex(State())

    init(urls: [String], rich: DemoTenant, poor: DemoTenant) {
        self.urls = urls
        self.rich = rich
        self.poor = poor
    }

    var begun: Int { state.withLock { $0.begun } }

    var summary: String {
        state.withLock {
            "\($0.begun) calls: \($0.answered) answered, \($0.left) left by their client, \($0.refused) refused or failed, \($0.broken) cut off"
        }
    }

    static func customer(
        _ constellation: Constellation, _ provider: FakeProvider, _ name: String, budget: String?
    ) async throws -> DemoTenant {
        let tenant = try await DemoTenant.create(on: constellation, name: name)
        let admin = PlainHTTP(bearer: constellation.adminKey)
        let base = constellation.url(.gateway) + "/admin/v1/tenants/\(tenant.id)"
        let added = try await admin.post(
            base + "/providers",
            json: """
                {"name": "fake", "kind": "openai", "base_url": "\(provider.baseURL)", "api_key": "sk-fake-0000",
                 "models": ["fake-chat", "fake-embedding", "fault-*"]}
                """)
        guard added.status == 201 else { throw LedgerLoadError(answer: added.text) }
        let config = try await admin.send(
            "PUT", base + "/config", body: Array(#"{"limits": {"requests_per_minute": 100000000}}"#.utf8),
            headers: [("Content-Type", "application/json")])
        guard config.status == 200 else { throw LedgerLoadError(answer: config.text) }
        if let budget {
            let set = try await admin.send(
                "PUT", base + "/budget", body: Array(#"{"monthly": "\#(budget)"}"#.utf8),
                headers: [("Content-Type", "application/json")])
            guard (200..<300).contains(set.status) else { throw LedgerLoadError(answer: set.text) }
        }
        return tenant
    }

    func run(calls: Int, lanes: Int) async {
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<lanes {
                group.addTask {
                    while let number = self.next(of: calls) { await self.call(number) }
                }
            }
        }
    }

    private func next(of calls: Int) -> Int? {
        state.withLock { state in
            guard state.begun < calls else { return nil }
            state.begun += 1
            return state.begun
        }
    }

    private func call(_ number: Int) async {
        let tenant = number % 10 == 0 ? poor : rich
        let base = urls[number % urls.count]
        let model = number % 10 == 3 ? Self.faults[number / 10 % Self.faults.count].model : "fake-chat"
        // Every fifth client goes away in the middle.
        let leaves = number % 5 == 1
        do {
            switch number % 8 {
            case 0, 4:
                try await whole(base, tenant, "/v1/chat/completions", Self.chat(number, model, stream: false), leaves)
            case 1, 5, 7:
                try await stream(base, tenant, "/v1/chat/completions", Self.chat(number, model, stream: true), leaves)
            case 2:
                let body = #"{"model":"fake-embedding","input":["text \#(number)","another one"]}"#
                try await whole(base, tenant, "/v1/embeddings", body, leaves)
            case 3: try await whole(base, tenant, "/v1/messages", Self.message(number, model, stream: false), leaves)
            default: try await stream(base, tenant, "/v1/messages", Self.message(number, model, stream: true), leaves)
            }
        } catch {
            state.withLock { $0.broken += 1 }
        }
    }

    private static func chat(_ number: Int, _ model: String, stream: Bool) -> String {
        let words = String(repeating: "word ", count: number % 17 + 1)
        return
            #"{"model":"\#(model)","messages":[{"role":"user","content":"\#(words)\#(number)"}],"max_tokens":40,"stream":\#(stream)}"#
    }

    private static func message(_ number: Int, _ model: String, stream: Bool) -> String {
        let words = String(repeating: "word ", count: number % 13 + 1)
        return
            #"{"model":"\#(model)","max_tokens":40,"messages":[{"role":"user","content":"\#(words)\#(number)"}],"stream":\#(stream)}"#
    }

    private func whole(_ base: String, _ tenant: DemoTenant, _ path: String, _ body: String, _ leaves: Bool)
        async throws
    {
        guard !leaves else {
            let request = Task { try await tenant.http.post(base + path, json: body) }
            try await Task.sleep(for: .milliseconds(Int.random(in: 0...6)))
            request.cancel()
            _ = await request.result
            return state.withLock { $0.left += 1 }
        }
        count(try await tenant.http.post(base + path, json: body).status)
    }

    private func stream(_ base: String, _ tenant: DemoTenant, _ path: String, _ body: String, _ leaves: Bool)
        async throws
    {
        let answer = try await tenant.http.stream(
            "POST", base + path, body: Array(body.utf8), headers: [("Content-Type", "application/json")])
        var pieces = 0
        for try await _ in answer.body {
            pieces += 1
            if leaves, pieces >= Int.random(in: 1...3) { return state.withLock { $0.left += 1 } }
        }
        count(answer.status)
    }

    private func count(_ status: Int) {
        state.withLock { if status == 200 { $0.answered += 1 } else { $0.refused += 1 } }
    }
}

struct LedgerLoadError: Error {
    let answer: String
}
