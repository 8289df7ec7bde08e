import Contracts
import Foundation
import ServiceKit
import Synchronization
import Testing

@testable import Gateway

@Suite("Identical calls under way")
struct CallCoalescerTests {
    private struct Broken: Error {}

    private final class Counter: Sendable {
        private let count = Atomic(0)

        var value: Int { count.load(ordering: .relaxed) }

        @discardableResult
        func increase() -> Int { count.add(1, ordering: .relaxed).newValue }
    }

    /// Opens once and for all.
    private actor Gate {
        private var isOpen = false
        private var waiting: [CheckedContinuation<Void, Never>] = []

        func pass() async {
            guard !isOpen else { return }
            await withCheckedContinuation { waiting.append($0) }
        }

        func open() {
            isOpen = true
            for continuation in waiting { continuation.resume() }
            waiting = []
        }
    }

    private func key(_ number: Int = 0) -> CacheKey {
        let proof = CredentialProof(credentialWasCheckedAndBelongsTo: TenantID(), actor: "api_key:test")
        return CacheKey(.answer, [[UInt8(number)]], in: .verified(by: proof))
    }

    @Test("a hundred at once share one call; one leads and the others follow")
    func share() async throws {
        let coalescer = CallCoalescer<Int>()
        let calls = Counter()
        let joined = Counter()
        let gate = Gate()
        let key = key()
        try await withThrowingTaskGroup(of: CallCoalescer<Int>.Shared.self) { group in
            for _ in 0..<100 {
                group.addTask {
                    joined.increase()
                    return try await coalescer.run(key) {
                        calls.increase()
                        await gate.pass()
                        return 42
                    }
                }
            }
            while joined.value < 100 || coalescer.waiting(for: key) < 99 { await Task.yield() }
            await gate.open()
            var leaders = 0
            for try await shared in group {
                #expect(shared.value == 42)
                if shared.role == .leader { leaders += 1 }
            }
            #expect(leaders == 1)
        }
        #expect(calls.value == 1)
        #expect(coalescer.count == 0)
    }

    @Test("other keys, and calls that come one after another, are not joined")
    func separate() async throws {
        let coalescer = CallCoalescer<Int>()
        let calls = Counter()
        let key = key()
        for _ in 0..<3 {
            _ = try await coalescer.run(key) { calls.increase() }
        }
        _ = try await coalescer.run(self.key()) { calls.increase() }
        #expect(calls.value == 4)
    }

    @Test("when the leader fails each follower makes its own call")
    func failure() async throws {
        let coalescer = CallCoalescer<Int>()
        let calls = Counter()
        let gate = Gate()
        let key = key()
        let results = await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<10 {
                group.addTask {
                    let shared = try? await coalescer.run(key) {
                        let number = calls.increase()
                        if number == 1 {
                            await gate.pass()
                            throw Broken()
                        }
                        return number
                    }
                    return shared?.role == .leader
                }
            }
            while coalescer.waiting(for: key) < 9 { await Task.yield() }
            await gate.open()
            return await group.reduce(into: [Bool]()) { $0.append($1) }
        }
        #expect(results.count { $0 } == 9)
        #expect(calls.value == 10)
    }

    @Test("a cancelled leader does not fail its followers, and a cancelled follower does not wait")
    func cancellation() async throws {
        let coalescer = CallCoalescer<Int>()
        let gate = Gate()
        let key = key()
        let leader = Task {
            try await coalescer.run(key) {
                await gate.pass()
                try Task.checkCancellation()
                return 1
            }
        }
        while coalescer.count == 0 { await Task.yield() }
        let follower = Task { try await coalescer.run(key) { 2 } }
        let impatient = Task { try await coalescer.run(key) { 3 } }
        while coalescer.waiting(for: key) < 2 { await Task.yield() }
        leader.cancel()
        impatient.cancel()
        await #expect(throws: CancellationError.self) { try await impatient.value }
        await gate.open()
        #expect(try await follower.value.value == 1)
        #expect(try await follower.value.role == .follower)
    }
}
