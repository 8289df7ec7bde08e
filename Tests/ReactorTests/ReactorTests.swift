import Dispatch
import Glibc
import Synchronization
import Testing

@testable import Reactor

@Suite("The reactor", .timeLimit(.minutes(1)))
struct ReactorTests {
    /// An actor that lives on a reactor.
    private actor Resident {
        private let reactor: Reactor
        private(set) var count = 0

        init(_ reactor: Reactor) {
            self.reactor = reactor
        }

        nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe reactor.asUnownedSerialExecutor() }

        func increment() -> Bool {
            count += 1
            return reactor.isOnLoop
        }

        func incrementByCallback() { count += 1 }
    }

    private final class Tally: Sendable {
        private let value = Atomic<Int>(0)
        var count: Int { value.load(ordering: .relaxed) }
        func increment() { value.add(1, ordering: .relaxed) }
    }

    private func onLoop<R: Sendable>(_ reactor: Reactor, _ body: @escaping @Sendable () throws -> R) async throws -> R {
        try await withCheckedThrowingContinuation { continuation in
            do {
                try reactor.submit { continuation.resume(with: Result(catching: body)) }
            } catch {
                continuation.resume(throwing: error)
            }
        }
    }

    @Test("commands of many tasks all run, on one thread, each task's in its order")
    func order() async throws {
        let reactor = try Reactor(name: "order")
        let seen = LoopBound<[Int: Int]>([:], reactor: reactor)
        let wrong = Tally()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for task in 0..<8 {
                group.addTask {
                    for number in 1...1000 {
                        try reactor.submit {
                            if seen.value[task, default: 0] != number - 1 { wrong.increment() }
                            seen.value[task] = number
                        }
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(
            try await onLoop(reactor) { seen.value } == Dictionary(uniqueKeysWithValues: (0..<8).map { ($0, 1000) }))
        #expect(wrong.count == 0)
        reactor.stop()
    }

    @Test("a full mailbox refuses at once")
    func mailboxFull() async throws {
        let reactor = try Reactor(name: "full", mailboxCapacity: 3)
        let gate = DispatchSemaphore(value: 0)
        let entered = DispatchSemaphore(value: 0)
        try reactor.submit {
            entered.signal()
            gate.wait()
        }
        await Task.detached { Self.wait(entered) }.value
        for _ in 0..<3 { try reactor.submit {} }
        #expect(throws: ReactorError.mailboxFull) { try reactor.submit {} }
        gate.signal()
        reactor.stop()
    }

    private static func wait(_ semaphore: DispatchSemaphore) { semaphore.wait() }

    @Test("timers run in order and not before their time; a cancelled one does not")
    func timers() async throws {
        let reactor = try Reactor(name: "timers")
        let log = LoopBound<[String]>([], reactor: reactor)
        let early = try await onLoop(reactor) { Reactor.monotonicNanoseconds() }
        let late: UInt64 = try await withCheckedThrowingContinuation { continuation in
            do {
                try reactor.submit {
                    reactor.schedule(after: .milliseconds(30)) {
                        log.value.append("last")
                        continuation.resume(returning: Reactor.monotonicNanoseconds())
                    }
                    reactor.schedule(after: .milliseconds(5)) { log.value.append("first") }
                    let never = reactor.schedule(after: .milliseconds(10)) { log.value.append("never") }
                    reactor.schedule(after: .zero) { reactor.cancel(never) }
                }
            } catch {
                continuation.resume(throwing: error)
            }
        }
        #expect(late - early >= 30_000_000)
        #expect(try await onLoop(reactor) { log.value } == ["first", "last"])
        reactor.stop()
    }

    @Test("stop runs what was taken, refuses what comes after, and may be called again")
    func stop() async throws {
        let reactor = try Reactor(name: "stop")
        let ran = Tally()
        for _ in 0..<1000 { try reactor.submit { ran.increment() } }
        reactor.stop()
        reactor.stop()
        #expect(ran.count == 1000)
        #expect(throws: ReactorError.stopped) { try reactor.submit {} }
    }

    @Test("a reactor that is full stops all the same")
    func stopWhenFull() async throws {
        let reactor = try Reactor(name: "stop-full", mailboxCapacity: 1)
        let gate = DispatchSemaphore(value: 0)
        let entered = DispatchSemaphore(value: 0)
        try reactor.submit {
            entered.signal()
            gate.wait()
        }
        await Task.detached { Self.wait(entered) }.value
        try reactor.submit {}
        let stopped = Task.detached { Self.stop(reactor) }
        // Whether the stop comes before the gate opens or after must not matter.
        gate.signal()
        await stopped.value
    }

    private static func stop(_ reactor: Reactor) { reactor.stop() }

    @Test("an actor on the reactor runs on its thread, and goes on elsewhere once the reactor is stopped")
    func actors() async throws {
        let reactor = try Reactor(name: "actors")
        let resident = Resident(reactor)
        #expect(await resident.increment())
        reactor.stop()
        #expect(await !resident.increment())
        #expect(await resident.count == 2)
    }

    /// A handler that a C library would call: on the loop, outside of any job.
    private final class Callback: ReadinessHandler {
        let resident: Resident
        let done: CheckedContinuation<Void, Never>
        var isDone = false

        init(_ resident: Resident, _ done: CheckedContinuation<Void, Never>) {
            self.resident = resident
            self.done = done
        }

        func descriptorIsReady(_ readiness: Readiness) {
            guard !isDone else { return }
            isDone = true
            resident.assumeIsolated { $0.incrementByCallback() }
            done.resume()
        }
    }

    @Test("a callback from C may assume the isolation of an actor that lives on the loop")
    func assumeIsolated() async throws {
        let reactor = try Reactor(name: "callback")
        let resident = Resident(reactor)
        var ends: [Int32] = [0, 0]
        #expect(unsafe pipe(&ends) == 0)
        let (reading, writing) = (ends[0], ends[1])
        await withCheckedContinuation { continuation in
            try? reactor.submit {
                try? reactor.watch(reading, for: .readable, handler: Callback(resident, continuation))
                _ = unsafe write(writing, "x", 1)
            }
        }
        #expect(await resident.count == 1)
        try await onLoop(reactor) { reactor.unwatch(reading) }
        close(reading)
        close(writing)
        reactor.stop()
    }

    /// Counts what it is told.
    private final class Counter: ReadinessHandler {
        var count = 0
        let onReady: (Counter) -> Void

        init(_ onReady: @escaping (Counter) -> Void) {
            self.onReady = onReady
        }

        func descriptorIsReady(_ readiness: Readiness) {
            count += 1
            onReady(self)
        }
    }

    @Test("a handler hears nothing after unwatch, even of readiness found in the same turn")
    func unwatch() async throws {
        let reactor = try Reactor(name: "unwatch")
        let counts = try await onLoop(reactor) {
            var first: [Int32] = [0, 0]
            var second: [Int32] = [0, 0]
            _ = unsafe pipe(&first)
            _ = unsafe pipe(&second)
            let descriptors = (first, second)
            // Whichever is told first takes both off, so the other must stay at zero.
            let takeBothOff: (Counter) -> Void = { _ in
                reactor.unwatch(descriptors.0[0])
                reactor.unwatch(descriptors.1[0])
            }
            let handlers = (Counter(takeBothOff), Counter(takeBothOff))
            try reactor.watch(first[0], for: .readable, handler: handlers.0)
            try reactor.watch(second[0], for: .readable, handler: handlers.1)
            _ = unsafe write(first[1], "x", 1)
            _ = unsafe write(second[1], "x", 1)
            return LoopBound(onLoop: (handlers.0, handlers.1), reactor: reactor)
        }
        // Two turns of the loop later both would have been told.
        for _ in 0..<2 { try await onLoop(reactor) {} }
        try await Task.sleep(for: .milliseconds(20))
        #expect(try await onLoop(reactor) { counts.value.0.count + counts.value.1.count } == 1)
        reactor.stop()
    }

    @Test("several reactors run side by side")
    func several() async throws {
        let reactors = try (0..<4).map { try Reactor(name: "several-\($0)") }
        for reactor in reactors {
            #expect(
                try await onLoop(reactor) { reactors.filter(\.isOnLoop).map(\.description) } == [reactor.description])
        }
        for reactor in reactors { reactor.stop() }
    }
}
