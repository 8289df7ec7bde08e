import Contracts
import Foundation
import Testing

@testable import Gateway

@Suite("The register of calls under way")
struct CallRegisterTests {
    private func withPath(_ body: (String) throws -> Void) throws {
        let path = NSTemporaryDirectory() + "register-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: path) }
        try body(path)
    }

    private func entry(_ number: Int, user: String? = nil) -> CallRegisterEntry {
        CallRegisterEntry(
            identity: CallIdentity(call: UUID()), attempt: number, kind: .chat, tenant: TenantID(), model: "m\(number)",
            provider: "p \" \\", requestID: "r", actor: "api_key:x", requestBytes: 100, lease: LeaseID(), apiKey: nil,
            user: user, startedAt: Date(timeIntervalSince1970: 1_800_000_000))
    }

    @Test("what was begun and not ended is there after a restart, whatever came and went meanwhile")
    func restart() throws {
        try withPath { path in
            let entries = (1...50).map { entry($0) }
            do {
                let register = try CallRegister(path: path)
                let slots = try entries.map { try register.begin($0) }
                for (index, slot) in slots.enumerated() where index % 2 == 0 { register.end(slot) }
                for number in 51...60 { register.end(try register.begin(entry(number))) }
            }
            let register = try CallRegister(path: path)
            let unfinished = try register.unfinished()
            // Ended ones may be there too: the ledger knows their ids.
            #expect(Set(entries.map(\.attempt).filter { $0 % 2 == 0 }).isSubset(of: unfinished.map(\.attempt)))
            #expect(unfinished.count <= entries.count && unfinished.contains(entries[1]))
            try register.clear()
            let rest = try register.unfinished()
            #expect(rest.isEmpty)
        }
    }

    @Test("a slot is used again, so the file is as large as the most calls at once")
    func reuse() throws {
        try withPath { path in
            let register = try CallRegister(path: path)
            for number in 1...1_000 { register.end(try register.begin(entry(number))) }
            let size = try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int
            #expect((size ?? 0) <= CallRegister.slotBytes)
        }
    }

    @Test("the longest names fit into a slot")
    func longest() throws {
        try withPath { path in
            let register = try CallRegister(path: path)
            let long = entry(1, user: String(repeating: "\u{1}", count: 2_000))
            _ = try register.begin(long)
            _ = try register.begin(entry(2))
            let attempts = try register.unfinished().map(\.attempt)
            #expect(attempts == [1, 2])
        }
    }

    @Test("an unfinished attempt is an estimate with the attempt's own id")
    func accounting() {
        let entry = entry(3)
        #expect(entry.usage.id == entry.identity.usage(attempt: 3) && !entry.usage.isExact)
        #expect(entry.audit.id == entry.identity.audit(attempt: 3) && entry.audit.outcome == .failure)
        #expect(entry.usage.promptTokens == 25 && entry.usage.lease == entry.lease)
    }
}
