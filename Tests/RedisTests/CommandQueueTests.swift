import Testing

@testable import Redis

@Suite("The queue of commands")
struct CommandQueueTests {
    @Test("it gives back what went in, in order, whatever the mixture of adding and taking")
    func order() {
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<50 {
            var queue = CommandQueue<Int>()
            var reference: [Int] = []
            for step in 0..<2_000 {
                if Int.random(in: 0..<5, using: &generator) < 3 {
                    queue.append(step)
                    reference.append(step)
                } else {
                    #expect(queue.popFirst() == (reference.isEmpty ? nil : reference.removeFirst()))
                }
                #expect(queue.count == reference.count)
                #expect(queue.first == reference.first)
            }
            var seen: [Int] = []
            queue.forEach { seen.append($0) }
            #expect(seen == reference)
        }
    }
}
