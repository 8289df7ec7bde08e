import Contracts
import Foundation
import Testing

@testable import Gateway

/// A ledger whose changes can stand inside of an expectation.
private final class Desk {
    private var ledger = SpendingLedger()

    func hold(_ amount: Int64, at now: Date) -> SpendingLedger.Hold? { ledger.hold(amount, at: now) }
    func holdWithoutAuthority(at now: Date) -> SpendingLedger.Hold? { ledger.holdWithoutAuthority(at: now) }
    func accept(_ grant: LeaseGrant) { ledger.accept(grant) }
    func settle(_ hold: SpendingLedger.Hold, spent: Int64) { ledger.settle(hold, spent: spent) }
    func closings(at now: Date) -> [SpendingLedger.Closing] { ledger.closings(at: now) }
}

@Suite("Holds on a lease")
struct SpendingLedgerTests {
    private let now = Date(timeIntervalSince1970: 1_800_000_000)

    private func grant(_ amount: Int64, for seconds: TimeInterval = 60) -> LeaseGrant {
        LeaseGrant(lease: LeaseID(), grantedPicoUSD: amount, expiresAt: now.addingTimeInterval(seconds))
    }

    @Test("nothing is held before a lease is granted")
    func unknown() {
        let ledger = Desk()
        #expect(ledger.hold(0, at: now) == nil)
    }

    @Test("holds and spending together never exceed what was granted")
    func bound() {
        let ledger = Desk()
        ledger.accept(grant(1_000))
        var held: [SpendingLedger.Hold] = []
        var spent: Int64 = 0
        for _ in 0..<10_000 {
            if Bool.random(), let hold = ledger.hold(Int64.random(in: 0...300), at: now) {
                held.append(hold)
            } else if let hold = held.popLast() {
                let cost = Int64.random(in: 0...hold.amount) / 50
                ledger.settle(hold, spent: cost)
                spent += cost
            }
            #expect(held.reduce(spent) { $0 + $1.amount } <= 1_000)
        }
    }

    @Test("a lease past its time takes no more holds and closes when the last one is settled")
    func expiry() throws {
        let ledger = Desk()
        let grant = grant(1_000)
        ledger.accept(grant)
        let hold = try #require(ledger.hold(400, at: now))
        let later = now.addingTimeInterval(61)
        #expect(ledger.hold(1, at: later) == nil)
        #expect(ledger.closings(at: later).isEmpty)
        ledger.settle(hold, spent: 250)
        #expect(ledger.closings(at: later) == [.init(lease: try #require(grant.lease), spent: 250)])
        #expect(ledger.closings(at: later).isEmpty)
    }

    @Test("a new lease replaces the old one, which closes with its own spending")
    func replacement() throws {
        let ledger = Desk()
        let first = grant(100)
        ledger.accept(first)
        let hold = try #require(ledger.hold(80, at: now))
        #expect(ledger.hold(50, at: now) == nil)
        ledger.accept(grant(500))
        #expect(ledger.hold(50, at: now) != nil)
        ledger.settle(hold, spent: 70)
        #expect(ledger.closings(at: now) == [.init(lease: try #require(first.lease), spent: 70)])
    }

    @Test("a tenant without a budget needs no hold, and is believed for a while when billing is silent")
    func unlimited() {
        let ledger = Desk()
        ledger.accept(LeaseGrant(lease: nil, grantedPicoUSD: nil, expiresAt: now.addingTimeInterval(10)))
        #expect(ledger.hold(.max, at: now) == SpendingLedger.Hold(lease: nil, amount: 0))
        #expect(ledger.hold(1, at: now.addingTimeInterval(11)) == nil)
        #expect(ledger.holdWithoutAuthority(at: now.addingTimeInterval(60)) != nil)
        #expect(ledger.holdWithoutAuthority(at: now.addingTimeInterval(10 + SpendingLedger.unlimitedGrace)) == nil)
    }

    @Test("a tenant with a budget is refused while billing is silent and the lease is used up")
    func failClosed() {
        let ledger = Desk()
        ledger.accept(grant(10))
        #expect(ledger.hold(11, at: now) == nil)
        #expect(ledger.holdWithoutAuthority(at: now) == nil)
        #expect(SpendingLedger().standing == .unknown)
    }
}
