import Testing

@testable import Gateway

@Suite("What of a stream is paid for")
struct StreamAllowanceTests {
    @Test("a stream whose whole limit is held is never asked about")
    func whole() {
        var allowance = StreamAllowance(limit: 4_096)
        #expect(allowance.isWhole)
        for _ in 0..<5_000 { #expect(allowance.received(1) == .pass) }
    }

    @Test("a stream is extended before it needs it, up to its limit")
    func extended() {
        var allowance = StreamAllowance(limit: 1_000, initial: 400)
        #expect(allowance.covered == 400)
        #expect(allowance.received(199) == .pass)
        #expect(allowance.received(1) == .extend(by: 400))
        #expect(allowance.extended() == .pass)
        #expect(allowance.covered == 800)
        #expect(allowance.received(400) == .extend(by: 200))
        #expect(allowance.extended() == .pass)
        #expect(allowance.isWhole)
        #expect(allowance.received(10_000) == .pass)
    }

    @Test("an event of many tokens takes several steps")
    func large() {
        var allowance = StreamAllowance(limit: 10_000, initial: 200)
        #expect(allowance.received(700) == .extend(by: 200))
        var steps = 0
        var action = allowance.extended()
        while case .extend = action {
            steps += 1
            action = allowance.extended()
        }
        #expect(action == .pass)
        #expect(allowance.covered == 200 * (steps + 2))
        #expect(allowance.covered > 700)
    }

    @Test("a budget that has ended lets through what is covered but for the margin, then cuts")
    func ended() {
        var allowance = StreamAllowance(limit: 10_000, initial: 400)
        #expect(allowance.received(200) == .extend(by: 400))
        #expect(allowance.refused(mayChange: false) == .pass)
        for _ in 201..<336 { #expect(allowance.received(1) == .pass) }
        #expect(allowance.received(1) == .cut)
        #expect(allowance.produced == 400 - StreamAllowance.margin)
    }

    @Test("while nobody can say, it is asked again a few times, and the money may come")
    func unknown() {
        var allowance = StreamAllowance(limit: 10_000, initial: 400)
        var questions = 0
        var action = StreamAllowance.Action.pass
        while action != .cut {
            action = allowance.received(1)
            guard case .extend = action else { continue }
            questions += 1
            action = allowance.refused(mayChange: true)
        }
        #expect((4...12).contains(questions))
        var other = StreamAllowance(limit: 10_000, initial: 400)
        #expect(other.received(200) == .extend(by: 400))
        #expect(other.refused(mayChange: true) == .pass)
        #expect(other.received(100) == .extend(by: 400))
        #expect(other.extended() == .pass)
        #expect(other.covered == 800)
    }

    @Test("whatever comes and however questions end, no stream passes what is covered by more than one event")
    func property() {
        for _ in 0..<200 {
            let limit = Int64.random(in: 0...5_000)
            var allowance = StreamAllowance(limit: limit, initial: Bool.random() ? .random(in: 0...2_000) : nil)
            var held = allowance.covered
            events: while true {
                let tokens = Int64.random(in: 0...20)
                let before = allowance.produced
                var action = allowance.received(tokens)
                while case .extend(let amount) = action {
                    #expect(amount > 0)
                    if Int.random(in: 0...3) > 0 {
                        held += amount
                        action = allowance.extended()
                    } else {
                        action = allowance.refused(mayChange: Bool.random())
                    }
                }
                #expect(allowance.covered == held)
                #expect(held <= limit)
                if action == .cut || allowance.isWhole { break events }
                #expect(before < held)
                #expect(allowance.produced < held)
            }
        }
    }
}
