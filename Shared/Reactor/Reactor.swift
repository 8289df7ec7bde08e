import Dispatch
import Glibc
import Synchronization

/// One thread that waits for sockets and timers, and runs the code of the drivers that own them.
///
/// A turn of the loop is: take what is in the mailbox, run it, wait for readiness, tell the handlers, run due timers.
/// Commands enter by `submit`; actors that name the reactor as their executor enter by `enqueue`. Drivers use commands
/// for every query and keep actors for their lifecycle: a command and its continuation cost half of an actor's hop.
///
/// Guarantees:
/// - Everything handed to one reactor runs on one thread, commands in the order they were submitted.
/// - A command that `submit` took is run, also when the reactor is stopping.
/// - The mailbox holds at most `mailboxCapacity` commands; past that `submit` throws `mailboxFull`.
/// - Actor jobs are never dropped: after `stop` they run on a serial queue instead, so no task hangs.
///
/// Anything that blocks the thread stalls every connection on it: no DNS, no file, no lock held for long.
package final class Reactor: SerialExecutor, CustomStringConvertible {
    /// 65,536 commands are far more than all connections of a process can have under way; a caller that
    /// finds the mailbox full would only have waited for its deadline.
    package static let defaultMailboxCapacity = 65_536

    package let description: String
    private let mailbox: Mailbox
    private let poller: Poller
    private let loop = Mutex<Thread?>(nil)
    private let stragglers: DispatchQueue
    private let threadIdentifier = Atomic<UInt>(0)

    // Only the loop's thread touches this; see `onLoop`.
    private nonisolated(unsafe) var turn = Turn()

    /// Starts the thread.
    ///
    /// - Parameter name: Shown by `top -H` and debuggers; the kernel keeps 15 bytes.
    package init(name: String, mailboxCapacity: Int = Reactor.defaultMailboxCapacity) throws(ReactorError) {
        description = name
        mailbox = Mailbox(capacity: mailboxCapacity)
        poller = try Poller()
        stragglers = DispatchQueue(label: "asterism.reactor.\(name).stragglers")
        let thread = try Thread(name: name) { [self] in run() }
        loop.withLock { $0 = thread }
    }

    // MARK: From any thread

    /// Runs `command` on the loop, as soon as it gets to it.
    package func submit(_ command: @escaping @Sendable () -> Void) throws(ReactorError) {
        if try mailbox.post(command) { poller.wake() }
    }

    package func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        switch mailbox.post(job) {
        case true?: poller.wake()
        case false?: break
        case nil: stragglers.async { unsafe job.runSynchronously(on: self.asUnownedSerialExecutor()) }
        }
    }

    package var isOnLoop: Bool {
        threadIdentifier.load(ordering: .relaxed) == UInt(pthread_self())
    }

    // C callbacks fire on the loop outside of any job; without this `assumeIsolated` would trap there (SE-0471).
    package func isIsolatingCurrentContext() -> Bool? { isOnLoop }

    package func checkIsolated() { preconditionOnLoop() }

    package func preconditionOnLoop() {
        precondition(isOnLoop, "code that belongs to reactor \(description) ran on another thread")
    }

    /// Runs what is in the mailbox, then ends the thread and returns. Call it when every driver on it is closed, and not
    /// from the loop.
    package func stop() {
        let thread = loop.withLock { thread in
            let running = thread
            thread = nil
            return running
        }
        guard let thread else { return }
        if mailbox.postStop({ [self] in unsafe turn.isStopping = true }) { poller.wake() }
        thread.join()
    }

    // MARK: On the loop

    /// Reports readiness of `descriptor` to `handler` until `unwatch`. On the loop only.
    package func watch(
        _ descriptor: Int32, for interest: Readiness, handler: any ReadinessHandler
    ) throws(ReactorError) {
        preconditionOnLoop()
        unsafe turn.nextToken += 1
        let token = unsafe turn.nextToken
        try poller.add(descriptor: descriptor, interest: interest, token: token)
        unsafe turn.tokens[descriptor] = token
        unsafe turn.handlers[token] = handler
    }

    /// Changes what a watched descriptor is watched for; an empty set leaves only failures. On the loop only.
    package func rewatch(_ descriptor: Int32, for interest: Readiness) throws(ReactorError) {
        preconditionOnLoop()
        guard let token = unsafe turn.tokens[descriptor] else { return }
        try poller.modify(descriptor: descriptor, interest: interest, token: token)
    }

    /// Stops watching, also for readiness found in this turn but not reported yet. Before the descriptor is closed:
    /// its number is used again at once. On the loop only.
    package func unwatch(_ descriptor: Int32) {
        preconditionOnLoop()
        guard let token = unsafe turn.tokens.removeValue(forKey: descriptor) else { return }
        unsafe turn.handlers[token] = nil
        poller.remove(descriptor: descriptor)
    }

    /// Runs `action` once, not before `delay` has passed by the monotonic clock. On the loop only.
    @discardableResult
    package func schedule(after delay: Duration, _ action: @escaping () -> Void) -> TimerToken {
        preconditionOnLoop()
        let deadline = Self.monotonicNanoseconds() &+ delay.clampedNanoseconds
        return unsafe turn.timers.schedule(atNanoseconds: deadline, action)
    }

    /// Forgets a timer; one that has run or was cancelled is no error. On the loop only.
    package func cancel(_ timer: TimerToken) {
        preconditionOnLoop()
        unsafe turn.timers.cancel(timer)
    }

    // MARK: The loop

    private struct Turn {
        var timers = TimerQueue()
        var handlers: [UInt64: any ReadinessHandler] = [:]
        var tokens: [Int32: UInt64] = [:]
        var nextToken = Poller.wakeToken
        var isStopping = false
    }

    private func run() {
        threadIdentifier.store(UInt(pthread_self()), ordering: .relaxed)
        var batch = Mailbox.Batch()
        while unsafe !turn.isStopping {
            batch = runMailbox(reusing: batch)
            poller.wait(timeoutMilliseconds: sleepMilliseconds()) { token, readiness in
                unsafe turn.handlers[token]?.descriptorIsReady(readiness)
            }
            mailbox.endSleep()
            runDueTimers()
        }
        let rest = mailbox.stop()
        for command in rest.commands { command() }
        for job in rest.jobs { unsafe job.runSynchronously(on: asUnownedSerialExecutor()) }
        unsafe turn = Turn()
    }

    private func runMailbox(reusing empty: Mailbox.Batch) -> Mailbox.Batch {
        var batch = mailbox.swap(with: empty)
        for command in batch.commands { command() }
        for job in batch.jobs { unsafe job.runSynchronously(on: asUnownedSerialExecutor()) }
        batch.commands.removeAll(keepingCapacity: true)
        batch.jobs.removeAll(keepingCapacity: true)
        return batch
    }

    private func runDueTimers() {
        guard unsafe turn.timers.count > 0 else { return }
        // Timers that a timer starts wait for the next turn, so a chain of zero delays cannot starve the sockets.
        let now = Self.monotonicNanoseconds()
        while let action = unsafe turn.timers.popDue(nowNanoseconds: now) { action() }
    }

    /// How long `epoll_wait` may sleep; rounded up, so that a timer is never early and never spins.
    private func sleepMilliseconds() -> Int32 {
        guard unsafe !turn.isStopping, mailbox.beginSleep() else { return 0 }
        guard let deadline = unsafe turn.timers.nextDeadlineNanoseconds() else { return -1 }
        let now = Self.monotonicNanoseconds()
        guard deadline > now else { return 0 }
        return Int32(clamping: (deadline - now + 999_999) / 1_000_000)
    }

    /// The clock that timers go by. It starts at some point in the past and is never set back.
    package static func monotonicNanoseconds() -> UInt64 {
        var now = timespec()
        unsafe clock_gettime(CLOCK_MONOTONIC, &now)
        return UInt64(now.tv_sec) * 1_000_000_000 + UInt64(now.tv_nsec)
    }
}

extension Duration {
    /// Whole nanoseconds, zero for a negative duration, at most 100 years.
    var clampedNanoseconds: UInt64 {
        let (seconds, attoseconds) = components
        guard seconds >= 0, attoseconds >= 0 else { return 0 }
        return UInt64(min(seconds, 3_153_600_000)) * 1_000_000_000 + UInt64(attoseconds / 1_000_000_000)
    }
}
