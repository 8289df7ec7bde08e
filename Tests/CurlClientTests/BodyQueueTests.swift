import Testing

@testable import CurlClient

@Suite("Queue of a streamed body")
struct BodyQueueTests {
    @Test("what has come is taken at once")
    func coalesces() {
        var queue = BodyQueue(capacity: 10)
        #expect(queue.take() == .nothing)
        #expect(queue.offer([1, 2]) == true)
        #expect(queue.offer([3]) == true)
        #expect(queue.take() == .chunk([1, 2, 3], resumes: false))
        #expect(queue.take() == .nothing)
    }

    @Test("a full queue refuses, and taking from it asks the sender on, once")
    func backPressure() {
        var queue = BodyQueue(capacity: 2)
        #expect(queue.offer([1, 2, 3]) == true)
        #expect(queue.offer([4]) == false)
        #expect(queue.offer([4]) == false)
        #expect(queue.take() == .chunk([1, 2, 3], resumes: true))
        #expect(queue.offer([4]) == true)
        #expect(queue.take() == .chunk([4], resumes: false))
    }

    @Test("the end comes after everything that was received")
    func endAfterBytes() {
        var queue = BodyQueue(capacity: 2)
        #expect(queue.offer([1]) == true)
        queue.finish(nil)
        #expect(queue.take() == .chunk([1], resumes: false))
        #expect(queue.take() == .end)
        #expect(queue.take() == .end)
    }

    @Test("a failure comes after everything that was received, and stays")
    func failureAfterBytes() {
        let error = CurlError(.transferBroken)
        var queue = BodyQueue(capacity: 2)
        #expect(queue.offer([1]) == true)
        queue.finish(error)
        queue.finish(nil)
        #expect(queue.take() == .chunk([1], resumes: false))
        #expect(queue.take() == .failed(error))
        #expect(queue.take() == .failed(error))
    }

    @Test("an abandoned queue forgets what it holds")
    func abandoned() {
        var queue = BodyQueue(capacity: 2)
        #expect(queue.offer([1]) == true)
        queue.abandon(CurlError(.cancelled))
        #expect(queue.take() == .failed(CurlError(.cancelled)))
        #expect(queue.offer([2]) == true, "what still comes is swallowed, so that the sender is not held back for ever")
        #expect(queue.take() == .failed(CurlError(.cancelled)))
    }
}
