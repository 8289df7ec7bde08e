import Contracts
import Foundation
import ServiceKit
import Synchronization
import Testing

@testable import Gateway

@Suite("Money of a call under way")
struct CallHoldTests {
    private static let now = Date(timeIntervalSince1970: 1_800_000_000)

    /// A ledger that asks for leases from a budget, as the gateway and usage-billing do together.
    private final class Desk: Sendable {
        struct State {
            var ledger = SpendingLedger()
            var budget: Int64
            var granted: [LeaseID: Int64] = [:]
            var declared: [LeaseID: Int64] = [:]
            var spent: [LeaseID: Int64] = [:]
            var live: [LeaseID: Int64] = [:]
            var settled = 0
        }

        let state: Mutex<State>

        init(budget: Int64) {
            state = Mutex(State(budget: budget))
        }

        var source: CallHold.Source {
            CallHold.Source(
                hold: { try self.hold($0) },
                extend: { hold, amount in
                    self.state.withLock { state in
                        guard let larger = state.ledger.extend(hold, by: amount) else { return nil }
                        if let lease = hold.lease { state.live[lease, default: 0] += amount }
                        Self.check(state)
                        return larger
                    }
                },
                settle: { hold, spent in
                    self.state.withLock { state in
                        state.ledger.settle(hold, spent: spent)
                        state.settled += 1
                        if let lease = hold.lease {
                            state.live[lease, default: 0] -= hold.amount
                            state.spent[lease, default: 0] += spent
                        }
                        Self.close(&state)
                        Self.check(state)
                    }
                })
        }

        func hold(_ amount: Int64) throws -> SpendingLedger.Hold {
            try state.withLock { state in
                for _ in 0..<2 {
                    if let hold = state.ledger.hold(amount, at: CallHoldTests.now) {
                        if let lease = hold.lease { state.live[lease, default: 0] += amount }
                        Self.check(state)
                        return hold
                    }
                    if let early = state.ledger.retireEarly() { state.declared[early.lease] = early.spent }
                    Self.close(&state)
                    let free = state.budget - Self.reserved(state)
                    guard amount <= free else { throw APIError(.budgetExhausted, "nothing left") }
                    let slice = min(free, max(amount, free / 4))
                    let lease = LeaseID()
                    state.granted[lease] = slice
                    state.ledger.accept(
                        LeaseGrant(
                            lease: lease, grantedPicoUSD: slice, expiresAt: CallHoldTests.now.addingTimeInterval(10),
                            budget: .init(limitPicoUSD: state.budget, spentPicoUSD: 0)))
                }
                throw APIError(.unavailable, "no lease")
            }
        }

        private static func close(_ state: inout State) {
            for closing in state.ledger.closings(at: CallHoldTests.now) {
                #expect(closing.spent <= state.declared[closing.lease] ?? state.granted[closing.lease] ?? 0)
                #expect(closing.spent == state.spent[closing.lease] ?? 0)
                state.declared[closing.lease] = closing.spent
            }
        }

        private static func reserved(_ state: State) -> Int64 {
            state.granted.reduce(0) { $0 + (state.declared[$1.key] ?? $1.value) }
        }

        private static func check(_ state: State) {
            for (lease, granted) in state.granted {
                let held = state.live[lease] ?? 0
                #expect(held >= 0)
                #expect(held + (state.spent[lease] ?? 0) <= state.declared[lease] ?? granted)
            }
            #expect(reserved(state) <= state.budget)
        }
    }

    @Test("whatever calls hold, extend and spend, leases and the budget are never exceeded, and all is settled once")
    func property() async throws {
        for _ in 0..<30 {
            let desk = Desk(budget: .random(in: 1_000...20_000))
            var calls: [CallHold] = []
            var settled = 0
            for _ in 0..<300 {
                switch Int.random(in: 0...3) {
                case 0:
                    if let hold = try? desk.hold(.random(in: 0...400)) {
                        calls.append(CallHold(hold, from: desk.source))
                    }
                case 1, 2:
                    guard let call = calls.randomElement() else { continue }
                    let before = call.amount
                    let step = Int64.random(in: 1...300)
                    do {
                        try await call.extend(by: step)
                        #expect(call.amount == before + step)
                    } catch {
                        #expect((error as? APIError)?.code == .budgetExhausted)
                        #expect(call.amount == before)
                    }
                default:
                    guard let index = calls.indices.randomElement() else { continue }
                    let call = calls.remove(at: index)
                    let spent = Int64.random(in: 0...call.amount) / 20
                    let lease = call.settle(spent: spent)
                    #expect(lease == call.lease)
                    call.settle(spent: 1)
                    settled += 1
                }
            }
            for call in calls { call.settle(spent: 0) }
            let state = desk.state.withLock { $0 }
            #expect(state.live.values.allSatisfy { $0 == 0 })
            #expect(state.settled >= settled + calls.count)
        }
    }

    @Test("a hold that is settled while it is extended is settled once, and the new one let go")
    func race() async throws {
        let settled = Mutex<[(Int64, Int64)]>([])
        let (opened, open) = AsyncStream.makeStream(of: Void.self)
        let lease = LeaseID()
        let source = CallHold.Source(
            hold: { amount in
                for await _ in opened { break }
                return SpendingLedger.Hold(lease: LeaseID(), amount: amount)
            },
            extend: { _, _ in nil },
            settle: { hold, spent in settled.withLock { $0.append((hold.amount, spent)) } })
        let call = CallHold(SpendingLedger.Hold(lease: lease, amount: 100), from: source)
        let extending = Task { try await call.extend(by: 50) }
        await Task.yield()
        #expect(call.settle(spent: 80) == lease)
        open.yield()
        try await extending.value
        #expect(call.lease == lease)
        let list = settled.withLock { $0 }
        #expect(list.contains { $0 == (100, 80) })
        #expect(list.filter { $0 != (100, 80) }.allSatisfy { $0 == (150, 0) })
    }

    @Test("a call that is dropped has cost what it held; one without a budget holds nothing")
    func dropped() async throws {
        let desk = Desk(budget: 1_000)
        var call: CallHold? = CallHold(try desk.hold(100), from: desk.source)
        let lease = try #require(call?.lease)
        call = nil
        #expect(desk.state.withLock { $0.spent[lease] } == 100)
        let free = CallHold(SpendingLedger.Hold(lease: nil, amount: 0), from: desk.source)
        try await free.extend(by: 10)
        #expect(free.amount == 0)
        #expect(!free.isBudgeted)
    }

    @Test("how much of the budget is used up is known from the grant, and forgotten after a minute")
    func share() throws {
        var ledger = SpendingLedger()
        #expect(ledger.spentShare(at: Self.now) == nil)
        ledger.accept(
            LeaseGrant(
                lease: LeaseID(), grantedPicoUSD: 200, expiresAt: Self.now.addingTimeInterval(10),
                budget: .init(limitPicoUSD: 1_000, spentPicoUSD: 500)))
        #expect(ledger.spentShare(at: Self.now) == 0.5)
        let held = ledger.hold(200, at: Self.now)
        let hold = try #require(held)
        #expect(ledger.spentShare(at: Self.now) == 0.7)
        ledger.settle(hold, spent: 100)
        #expect(ledger.spentShare(at: Self.now) == 0.6)
        #expect(ledger.spentShare(at: Self.now.addingTimeInterval(71)) == nil)
    }

    @Test("a grant written before budgets were part of it still reads")
    func oldGrant() throws {
        let json = #"{"lease":null,"expires_at":"2026-11-21T00:00:00Z"}"#
        let grant = try WireFormat.decoder().decode(LeaseGrant.self, from: Data(json.utf8))
        #expect(grant.budget == nil)
        let full = LeaseGrant(
            lease: LeaseID(), grantedPicoUSD: 1, expiresAt: Self.now, budget: .init(limitPicoUSD: 2, spentPicoUSD: 1))
        let text = String(decoding: try WireFormat.encoder().encode(full), as: UTF8.self)
        #expect(text.contains("limit_pico_usd"))
        #expect(try WireFormat.decoder().decode(LeaseGrant.self, from: Data(text.utf8)) == full)
    }
}
