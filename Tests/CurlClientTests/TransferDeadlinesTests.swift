import Testing

@testable import CurlClient

@Suite("Deadlines of a transfer")
struct TransferDeadlinesTests {
    private let request = OutgoingRequest(
        url: "http://a", deadline: .nanoseconds(1_000), connectTimeout: .nanoseconds(100),
        firstByteTimeout: .nanoseconds(200), idleTimeout: .nanoseconds(50))

    @Test("each phase has its own limit, from when it began")
    func phases() {
        var deadlines = TransferDeadlines(request, now: 10)
        #expect(deadlines.next == 110)
        #expect(deadlines.expired(now: 109) == nil)
        #expect(deadlines.expired(now: 110) == .connect)
        deadlines.sent(now: 90)
        #expect(deadlines.expired(now: 289) == nil)
        #expect(deadlines.expired(now: 290) == .firstByte)
        deadlines.received(now: 280)
        #expect(deadlines.expired(now: 329) == nil)
        #expect(deadlines.expired(now: 330) == .idle)
        deadlines.received(now: 320)
        #expect(deadlines.next == 370)
    }

    @Test("the deadline of the whole holds in every phase")
    func total() {
        var deadlines = TransferDeadlines(request, now: 0)
        deadlines.sent(now: 50)
        deadlines.received(now: 990)
        #expect(deadlines.next == 1_000)
        #expect(deadlines.expired(now: 1_000) == .total)
    }

    @Test("a transfer that its reader holds back is not idle")
    func paused() {
        var deadlines = TransferDeadlines(request, now: 0)
        deadlines.received(now: 10)
        deadlines.paused()
        #expect(deadlines.expired(now: 999) == nil)
        deadlines.received(now: 500)
        #expect(deadlines.next == 550)
    }

    @Test("without limits for its phases only the whole counts")
    func unlimited() {
        var deadlines = TransferDeadlines(OutgoingRequest(url: "http://a", deadline: .nanoseconds(9)), now: 0)
        deadlines.sent(now: 1)
        #expect(deadlines.next == 9)
        deadlines.received(now: 2)
        #expect(deadlines.next == 9)
    }

    @Test("a deadline that is over already is over at once")
    func negative() {
        let late = OutgoingRequest(url: "http://a", deadline: .seconds(-1))
        #expect(TransferDeadlines(late, now: 5).expired(now: 5) == .total)
    }
}
