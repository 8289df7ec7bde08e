import Contracts
import Cryptography
import Foundation
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import Observability
import ServiceKit
import Support
import Synchronization
import Testing

@testable import Gateway

@Suite("Calls answered without a provider")
struct CachedCallsTests {
    /// A gateway's caches with a journal of their own.
    private final class Setting: Sendable {
        let calls: CachedCalls
        let journal: Journal
        let delivered = Mutex(0)
        private let folder: URL

        init() throws {
            folder = FileManager.default.temporaryDirectory.appendingPathComponent("cached-\(UUID().uuidString)")
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            journal = try Journal(
                settings: JournalSettings(path: folder.appendingPathComponent("journal.sqlite").path),
                metrics: MetricsRegistry(), logger: .quiet)
            let key = Base64.encode([UInt8](repeating: 1, count: 32))
            calls = CachedCalls(
                caches: ModelCaches(
                    CacheConfiguration(), redis: nil, keyring: try EnvelopeKeyring(parsing: "k:\(key)"),
                    registry: MetricsRegistry(), logger: .quiet),
                recorder: CallRecorder(journal: journal))
        }

        deinit {
            try? journal.close()
            try? FileManager.default.removeItem(at: folder)
        }

        func usage() throws -> [UsageEvent] {
            try journal.waiting(.usage).map { try WireFormat.decoder().decode(UsageEvent.self, from: Data($0)) }
        }

        func audit() throws -> [AuditRecord] {
            try journal.waiting(.audit).map { try WireFormat.decoder().decode(AuditRecord.self, from: Data($0)) }
        }

        /// An answer as a provider would give it, counted.
        func deliver(_ text: String = "hello", finish: String = "stop") -> CachedAnswer {
            delivered.withLock { $0 += 1 }
            let body =
                #"{"id":"x","object":"chat.completion","created":1,"model":"m-1","choices":[{"index":0,"message":"#
                + #"{"role":"assistant","content":"\#(text)"},"finish_reason":"\#(finish)"}],"#
                + #""usage":{"prompt_tokens":3,"completion_tokens":2,"total_tokens":5}}"#
            return CachedAnswer(
                body: Array(body.utf8), format: .whole, model: "m-1", provider: "fake",
                usage: TokenUsage(prompt: 3, completion: 2), costPicoUSD: 7_000, storedAt: Date())
        }

        var count: Int { delivered.withLock { $0 } }
    }

    private func profile(
        _ tenant: TenantID = TenantID(), enabled: Bool = true, revision: Int64 = 1, semantic: Double? = nil
    ) -> TenantProfile {
        var settings = TenantConfiguration()
        settings.cache.enabled = enabled
        settings.cache.semantic = semantic.map { .init(similarity: $0, embeddingModel: "embed") }
        return TenantProfile(
            tenant: TenantDescription(
                id: tenant, name: "t", plan: "standard", status: .active, requestsPerMinute: 60, createdAt: Date()),
            scope: .verified(by: CredentialProof(credentialWasCheckedAndBelongsTo: tenant, actor: "api_key:a")),
            models: ModelDirectory([]), settings: settings, revision: revision)
    }

    private func call(_ profile: TenantProfile, _ text: String = "hi", extra: String = "") throws -> ModelCall {
        let body = #"{"model":"m","messages":[{"role":"user","content":"\#(text)"}]\#(extra)}"#
        let proof = CredentialProof(credentialWasCheckedAndBelongsTo: profile.scope.tenant, actor: "api_key:a")
        return ModelCall(
            identity: CallIdentity(call: UUID()),
            caller: Caller(provenBy: proof, roles: [], requestID: UUID().uuidString),
            request: try ModelRequest(.openAIChat, body: Array(body.utf8)), startedAt: Date(),
            deadline: .now + .seconds(60))
    }

    private func kept(_ lookup: CachedCalls.Lookup) async throws -> (text: String, headers: HTTPFields)? {
        guard case .kept(let response) = lookup else { return nil }
        let writer = CollectingWriter()
        try await response.body.write(writer)
        return (String(decoding: writer.bytes, as: UTF8.self), response.headers)
    }

    @Test("the second call is answered from the cache, recorded with no tokens and what it saved")
    func hit() async throws {
        let setting = try Setting()
        let profile = profile()
        let first = try call(profile)
        let use = try #require(CacheUse(first, [:], of: profile))
        #expect(try await kept(setting.calls.lookUp(first, use, labels: .none, at: Date())) == nil)
        let answer = try await setting.calls.whole(first, use, labels: .none) { setting.deliver() }
        #expect(answer.headers[try #require(HTTPField.Name("X-Asterism-Cache"))] == "miss")
        let second = try call(profile, extra: #", "user": "ann""#)
        let labels = try CallLabels([try #require(HTTPField.Name("X-Asterism-Ticket")): "INC1"])
        let again = try #require(CacheUse(second, [:], of: profile))
        let found = try #require(try await kept(setting.calls.lookUp(second, again, labels: labels, at: Date())))
        #expect(found.text.contains("\"content\":\"hello\""))
        #expect(found.headers[try #require(HTTPField.Name("X-Asterism-Cache"))] == "hit")
        #expect(found.headers[.age] == "0")
        let event = try #require(try setting.usage().last)
        #expect(event.promptTokens == 0 && event.completionTokens == 0 && event.savedPicoUSD == 7_000)
        #expect(event.tenant == profile.scope.tenant && event.ticket == "INC1" && event.user == "ann")
        #expect(event.model == "m-1" && event.lease == nil)
        #expect(try setting.audit().last?.details["cache"] == "hit")
        #expect(setting.count == 1)
    }

    @Test("a streamed call gets a stream made of the whole answer, and a recorded stream as it was")
    func streams() async throws {
        let setting = try Setting()
        let profile = profile()
        let whole = try call(profile)
        let use = try #require(CacheUse(whole, [:], of: profile))
        _ = try await setting.calls.whole(whole, use, labels: .none) { setting.deliver() }
        let streamed = try call(profile, extra: #", "stream": true"#)
        let wanted = try #require(CacheUse(streamed, [:], of: profile))
        let made = try #require(try await kept(setting.calls.lookUp(streamed, wanted, labels: .none, at: Date())))
        #expect(made.text.contains("hello") && made.text.hasSuffix("data: [DONE]\n\n"))
        #expect(made.headers[.contentType] == "text/event-stream; charset=utf-8")
        setting.calls.keep(
            CachedAnswer(
                body: Array("data: recorded\n\ndata: [DONE]\n\n".utf8), format: .stream, model: "m-1", provider: "fake",
                usage: .none, costPicoUSD: 1, storedAt: Date()), wanted)
        let replayed = try await kept(setting.calls.lookUp(streamed, wanted, labels: .none, at: Date()))
        #expect(replayed?.text == "data: recorded\n\ndata: [DONE]\n\n")
        let withUsage = try call(profile, extra: #", "stream": true, "stream_options": {"include_usage": true}"#)
        let other = try #require(CacheUse(withUsage, [:], of: profile))
        let counted = try await kept(setting.calls.lookUp(withUsage, other, labels: .none, at: Date()))
        #expect(counted?.text.contains("\"prompt_tokens\":3") == true)
        #expect(
            try await kept(setting.calls.lookUp(whole, use, labels: .none, at: Date()))?.text.contains("recorded")
                == false)
    }

    @Test("identical calls under way share one; each follower is recorded with the saving")
    func coalesced() async throws {
        let setting = try Setting()
        let profile = profile()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<10 {
                let call = try call(profile)
                let use = try #require(CacheUse(call, [:], of: profile))
                group.addTask {
                    _ = try await setting.calls.whole(call, use, labels: .none) {
                        while setting.calls.caches.calls.waiting(for: use.whole) < 9 { await Task.yield() }
                        return setting.deliver()
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(setting.count == 1)
        let events = try setting.usage()
        #expect(events.count == 9)
        #expect(Set(events.map(\.id)).count == 9)
        #expect(events.allSatisfy { $0.savedPicoUSD == 7_000 && $0.promptTokens == 0 })
        #expect(try setting.audit().allSatisfy { $0.details["cache"] == "coalesced" })
    }

    @Test("nothing is kept of a failure, of an answer cut off, or for another tenant or configuration")
    func apart() async throws {
        struct Broken: Error {}
        let setting = try Setting()
        let profile = profile()
        let call = try call(profile)
        let use = try #require(CacheUse(call, [:], of: profile))
        await #expect(throws: Broken.self) {
            _ = try await setting.calls.whole(call, use, labels: .none) { throw Broken() }
        }
        _ = try await setting.calls.whole(call, use, labels: .none) { setting.deliver(finish: "length") }
        #expect(try await kept(setting.calls.lookUp(call, use, labels: .none, at: Date())) == nil)
        _ = try await setting.calls.whole(call, use, labels: .none) { setting.deliver() }
        #expect(try await kept(setting.calls.lookUp(call, use, labels: .none, at: Date())) != nil)
        for other in [self.profile(), self.profile(profile.scope.tenant, revision: 2)] {
            let theirs = try self.call(other)
            let wanted = try #require(CacheUse(theirs, [:], of: other))
            #expect(try await kept(setting.calls.lookUp(theirs, wanted, labels: .none, at: Date())) == nil)
        }
        setting.calls.caches.forget(.tenant(profile.scope.tenant))
        #expect(try await kept(setting.calls.lookUp(call, use, labels: .none, at: Date())) == nil)
    }

    @Test("a tenant that keeps nothing and a request that wants no part have no use for it; a refresh makes a new one")
    func directives() async throws {
        let setting = try Setting()
        let off = profile(enabled: false)
        #expect(CacheUse(try call(off), [:], of: off) == nil)
        let profile = profile()
        let call = try call(profile)
        #expect(CacheUse(call, [.cacheControl: "no-store"], of: profile) == nil)
        let use = try #require(CacheUse(call, [:], of: profile))
        _ = try await setting.calls.whole(call, use, labels: .none) { setting.deliver("old") }
        let refresh = try #require(CacheUse(call, [.cacheControl: "no-cache"], of: profile))
        #expect(try await kept(setting.calls.lookUp(call, refresh, labels: .none, at: Date())) == nil)
        _ = try await setting.calls.whole(call, refresh, labels: .none) { setting.deliver("new") }
        let found = try await kept(setting.calls.lookUp(call, use, labels: .none, at: Date()))
        #expect(found?.text.contains("new") == true)
    }

    @Test("a question of the same meaning is answered where the tenant chose that, and says how near it was")
    func likeness() async throws {
        let setting = try Setting()
        let profile = profile(semantic: 0.9)
        let asked = try call(profile, "How do I reset my password?")
        let use = try #require(CacheUse(asked, [:], of: profile))
        #expect(use.embeddingModel == "embed")
        let embed: CachedCalls.Embed = { $0.contains("password") ? [1, $0.contains("reset") ? 0 : 0.2] : [0, 1] }
        guard
            case .missed(let vector) = try await setting.calls.lookUp(
                asked, use, labels: .none, at: Date(), embed: embed)
        else {
            Issue.record("there is nothing to be found yet")
            return
        }
        _ = try await setting.calls.whole(asked, use, labels: .none, vector: vector) { setting.deliver("so") }
        let near = try call(profile, "My password is gone")
        let other = try call(profile, "My printer is gone")
        let nearUse = try #require(CacheUse(near, [:], of: profile))
        let otherUse = try #require(CacheUse(other, [:], of: profile))
        let found = try await kept(setting.calls.lookUp(near, nearUse, labels: .none, at: Date(), embed: embed))
        #expect(found?.text.contains("so") == true)
        #expect(found?.headers[try #require(HTTPField.Name("X-Asterism-Similarity"))] == "0.9805")
        #expect(try setting.audit().last?.details["cache"] == "semantic")
        #expect(try await kept(setting.calls.lookUp(other, otherUse, labels: .none, at: Date(), embed: embed)) == nil)
    }
}

private final class CollectingWriter: ResponseBodyWriter {
    private(set) var bytes: [UInt8] = []

    func write(_ buffer: ByteBuffer) async throws { bytes += buffer.readableBytesView }

    consuming func finish(_ trailingHeaders: HTTPFields?) async throws {}
}
