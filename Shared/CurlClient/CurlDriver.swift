import CCurl
import Logging
import Reactor
import Synchronization

/// The multi handle of one client on its reactor's thread: starts, feeds, ends and times transfers.
///
/// Unchecked because of the members marked «loop», which only the reactor's thread touches; everything else is
/// constant or behind a lock.
@safe final class CurlDriver: @unchecked Sendable {
    enum Command: Sendable {
        case start(Transfer)
        case cancel(Transfer)
        case resume(Transfer)
        case shutDown(CheckedContinuation<Void, Never>?)
    }

    // At most three commands for each transfer under way, of which the pool of handles bounds the number.
    private struct Inbox {
        var commands: [Command] = []
        var isScheduled = false
    }

    let configuration: CurlConfiguration
    let handles: HandlePool
    private let reactor: Reactor
    private let logger: Logger
    private let inbox = Mutex(Inbox())

    // Loop
    let sockets: SocketTable
    private(set) var now: UInt64 = 0
    private var multi: UnsafeMutableRawPointer?
    private var transfers: [Transfer] = []
    private var awaitingWake: [Transfer] = []
    private let timer: LazyTimer
    private let deadlineTimer: LazyTimer
    private var isTimeoutDue = false
    private var isShutDown = false

    init(configuration: CurlConfiguration, reactor: Reactor, logger: Logger) {
        CurlLibrary.prepare()
        self.configuration = configuration
        self.reactor = reactor
        self.logger = logger
        sockets = SocketTable(reactor: reactor)
        handles = HandlePool(configuration, sockets: sockets)
        timer = LazyTimer(reactor: reactor)
        deadlineTimer = LazyTimer(reactor: reactor)
    }

    // MARK: Any thread

    /// Hands a command to the loop. One command wakes the loop for all that come before it gets to them.
    func post(_ command: Command) {
        let isFirst = inbox.withLock { inbox in
            inbox.commands.append(command)
            defer { inbox.isScheduled = true }
            return !inbox.isScheduled
        }
        guard isFirst else { return }
        do {
            try reactor.submit { [self] in runCommands() }
        } catch {
            rejectCommands(CurlError(error == .mailboxFull ? .overloaded : .shutDown))
        }
    }

    /// A transfer that was never submitted is over.
    func giveBack(unsubmitted transfer: Transfer) {
        if let easy = transfer.easy { handles.put(easy) }
        transfer.easy = nil
    }

    private func takeCommands() -> [Command] {
        inbox.withLock { inbox in
            var commands: [Command] = []
            swap(&commands, &inbox.commands)
            inbox.isScheduled = false
            return commands
        }
    }

    private func rejectCommands(_ error: CurlError) {
        for command in takeCommands() {
            switch command {
            case .start(let transfer):
                giveBack(unsubmitted: transfer)
                transfer.finish(error)
            case .shutDown(let continuation): continuation?.resume()
            // The reactor has stopped or is drowned: the deadline ends the transfer, if anything still does.
            case .cancel, .resume: break
            }
        }
    }

    // MARK: Commands

    private func runCommands() {
        now = MonotonicClock.nanoseconds()
        var waiting: [CheckedContinuation<Void, Never>] = []
        for command in takeCommands() {
            switch command {
            case .start(let transfer): start(transfer)
            case .cancel(let transfer): end(transfer, with: CurlError(.cancelled))
            case .resume(let transfer): resume(transfer)
            case .shutDown(let continuation):
                shutDown()
                if let continuation { waiting.append(continuation) }
            }
        }
        settle()
        for continuation in waiting { continuation.resume() }
    }

    private func start(_ transfer: Transfer) {
        guard let easy = transfer.easy else { return }
        guard !isShutDown, let multi = unsafe readyMulti() else {
            giveBack(unsubmitted: transfer)
            transfer.finish(CurlError(.shutDown))
            return
        }
        easy.transfer = transfer
        transfer.position = transfers.count
        transfers.append(transfer)
        let code = unsafe curl_multi_add_handle(multi, easy.raw)
        guard code == CURLM_OK else {
            end(transfer, with: CurlError(.transferBroken, unsafe String(cString: curl_multi_strerror(code))))
            return
        }
        deadlineChanged(of: transfer)
    }

    private func resume(_ transfer: Transfer) {
        guard let easy = transfer.easy, transfer.position >= 0 else { return }
        transfer.resumed()
        unsafe curl_easy_pause(easy.raw, 0)
    }

    private func readyMulti() -> UnsafeMutableRawPointer? {
        if let multi = unsafe multi { return unsafe multi }
        unsafe multi = curl_multi_init()
        guard let made = unsafe multi else { return nil }
        let context = unsafe Unmanaged.passUnretained(self).toOpaque()
        unsafe asterism_multi_set_hooks(made, CurlCallbacks.socketInterest, CurlCallbacks.timer, context)
        unsafe asterism_multi_set_long(made, CURLMOPT_MAXCONNECTS, configuration.maximumIdleConnections)
        unsafe asterism_multi_set_long(made, CURLMOPT_MAX_HOST_CONNECTIONS, configuration.maximumConnectionsPerHost)
        timer.onFire { [unowned self] in timerFired() }
        deadlineTimer.onFire { [unowned self] in enforceDeadlines() }
        sockets.onReady = { [unowned self] descriptor, bits in socketIsReady(descriptor, bits) }
        sockets.onFailure = { [logger] in logger.error("a socket cannot be watched", metadata: ["error": "\($0)"]) }
        return unsafe made
    }

    private func shutDown() {
        isShutDown = true
        for transfer in transfers { end(transfer, with: CurlError(.shutDown, requestMayHaveBeenSent: transfer.isSent)) }
        handles.close()
        if let multi = unsafe multi { unsafe curl_multi_cleanup(multi) }
        unsafe multi = nil
        timer.cancel()
        deadlineTimer.cancel()
        isTimeoutDue = false
        sockets.onReady = nil
    }

    // MARK: Readiness and time

    private func socketIsReady(_ descriptor: Int32, _ bits: Int32) {
        guard let multi = unsafe multi else { return }
        now = MonotonicClock.nanoseconds()
        var running: Int32 = 0
        unsafe curl_multi_socket_action(multi, descriptor, bits, &running)
        settle()
    }

    /// libcurl's timer callback: wants `curl_multi_socket_action` after so long; -1 for never.
    func setTimer(milliseconds: Int) {
        isTimeoutDue = milliseconds == 0
        if milliseconds > 0 {
            timer.set(at: now &+ UInt64(milliseconds) * 1_000_000)
        } else {
            timer.forget()
        }
    }

    private func timerFired() {
        now = MonotonicClock.nanoseconds()
        isTimeoutDue = true
        settle()
    }

    /// Carries on until libcurl has nothing due, then hands out what has come of it.
    private func settle() {
        // Each round follows from the one before; eight are more than any transfer takes, the rest waits for a turn.
        var rounds = 0
        var running: Int32 = 0
        while isTimeoutDue, rounds < 8, let multi = unsafe multi {
            isTimeoutDue = false
            rounds += 1
            unsafe curl_multi_socket_action(multi, CURL_SOCKET_BAD, 0, &running)
            readMessages()
        }
        readMessages()
        if isTimeoutDue { timer.set(at: now) }
        wakeReaders()
    }

    private func readMessages() {
        guard let multi = unsafe multi else { return }
        var left: Int32 = 0
        while let message = unsafe curl_multi_info_read(multi, &left) {
            guard unsafe message.pointee.msg == CURLMSG_DONE, let raw = unsafe message.pointee.easy_handle else {
                continue
            }
            let result = unsafe message.pointee.data.result
            guard let context = unsafe asterism_easy_private(raw) else { continue }
            let easy = unsafe Unmanaged<EasyHandle>.fromOpaque(context).takeUnretainedValue()
            guard let transfer = easy.transfer else { continue }
            if result == CURLE_OK, easy.hasOpenedSocket { sockets.keep(unsafe asterism_easy_socket(raw)) }
            end(transfer, with: result == CURLE_OK ? nil : CurlError(result, easy, transfer))
        }
    }

    private func end(_ transfer: Transfer, with error: CurlError?) {
        guard let easy = transfer.easy, transfer.position >= 0 else { return }
        if let multi = unsafe multi { unsafe curl_multi_remove_handle(multi, easy.raw) }
        let last = transfers.removeLast()
        if last !== transfer {
            transfers[transfer.position] = last
            last.position = transfer.position
        }
        transfer.position = -1
        transfer.easy = nil
        easy.transfer = nil
        handles.put(easy)
        transfer.finish(error)
    }

    // MARK: Deadlines and wakes

    func deadlineChanged(of transfer: Transfer) {
        deadlineTimer.lower(to: transfer.deadlines.next)
    }

    private func enforceDeadlines() {
        now = MonotonicClock.nanoseconds()
        for transfer in transfers {
            guard let phase = transfer.deadlines.expired(now: now) else { continue }
            end(transfer, with: CurlError(.timeout(phase), requestMayHaveBeenSent: transfer.isSent))
        }
        if let next = transfers.map(\.deadlines.next).min() { deadlineTimer.set(at: next) }
        settle()
    }

    /// Wakes the reader when the turn is over, so that all the turn brings reaches it at once.
    func wakeAfterTurn(_ transfer: Transfer) {
        guard !transfer.isAwaitingWake else { return }
        transfer.isAwaitingWake = true
        awaitingWake.append(transfer)
    }

    private func wakeReaders() {
        guard !awaitingWake.isEmpty else { return }
        for transfer in awaitingWake {
            transfer.isAwaitingWake = false
            transfer.wake()
        }
        awaitingWake.removeAll(keepingCapacity: true)
    }
}
