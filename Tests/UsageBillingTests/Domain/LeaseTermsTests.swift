import Foundation
import Testing

@testable import UsageBilling

@Suite("The size and the life of a lease")
struct LeaseTermsTests {
    let terms = LeaseTerms()

    @Test("whatever the numbers, a slice covers the need and never exceeds what is available")
    func bounds() {
        var generator = SeededGenerator(seed: 7)
        for _ in 0..<10_000 {
            let available = Int128(Int64.random(in: -1_000...Int64.max, using: &generator))
            let need = Int64.random(in: 1...Int64.max, using: &generator) >> Int64.random(in: 0...60, using: &generator)
            let replicas = Int.random(in: 0...50, using: &generator)
            let slice = terms.slice(available: available, need: max(1, need), replicas: replicas)
            if Int128(max(1, need)) > available {
                #expect(slice == nil)
            } else {
                let slice = slice ?? -1
                #expect(slice >= max(1, need) && Int128(slice) <= available)
                #expect(slice <= max(terms.maximumSlice, max(1, need)))
            }
        }
    }

    @Test("a slice is a quarter of what remains, shared by the replicas")
    func share() {
        #expect(terms.slice(available: 1_200, need: 1, replicas: 1) == 300)
        #expect(terms.slice(available: 1_200, need: 1, replicas: 3) == 100)
        #expect(terms.slice(available: 1_200, need: 500, replicas: 3) == 500)
        #expect(terms.slice(available: 1_200, need: 1_200, replicas: 3) == 1_200)
        #expect(terms.slice(available: 1_200, need: 1_201, replicas: 3) == nil)
        #expect(terms.slice(available: 1_200, need: 0, replicas: 1) == nil)
    }

    @Test("a lease ends with its month")
    func expiry() {
        let period = BudgetPeriod(containing: sampleNow)
        #expect(terms.expiry(from: sampleNow, in: period) == sampleNow.addingTimeInterval(10))
        #expect(terms.expiry(from: period.end.addingTimeInterval(-3), in: period) == period.end)
    }

    @Test("what a lease keeps from the rest is never negative, and nothing after reconciliation")
    func outstanding() {
        #expect(LeaseBalance.open.outstanding(granted: 100, posted: 30) == 70)
        #expect(LeaseBalance.open.outstanding(granted: 100, posted: 130) == 0)
        #expect(LeaseBalance.closed(declared: 50).outstanding(granted: 100, posted: 30) == 20)
        #expect(LeaseBalance.closed(declared: 50).outstanding(granted: 100, posted: 60) == 0)
        #expect(LeaseBalance.reconciled.outstanding(granted: 100, posted: 0) == 0)
    }
}
