import Synchronization

/// Easy handles that wait for the next request, and the count of transfers under way.
///
/// The last one back is the first one out: its memory is warm and its options are likely to fit.
final class HandlePool: Sendable {
    /// Each holds about 25 KiB; more transfers at once than this make and free the rest.
    private static let keptHandles = 512

    private struct State {
        var idle: [EasyHandle] = []
        var taken = 0
        var isClosed = false
    }

    private let state = Mutex(State())
    private let configuration: CurlConfiguration
    private let sockets: SocketTable

    init(_ configuration: CurlConfiguration, sockets: SocketTable) {
        self.configuration = configuration
        self.sockets = sockets
    }

    /// Handles that are taken: the transfers under way.
    var takenCount: Int { state.withLock { $0.taken } }

    /// A handle for one transfer, to be put back when it is over.
    func take() throws(CurlError) -> EasyHandle {
        let idle = try state.withLock { state throws(CurlError) in
            guard !state.isClosed else { throw CurlError(.shutDown) }
            guard state.taken < configuration.maximumTransfers else {
                throw CurlError(.overloaded, "\(state.taken) transfers are under way")
            }
            state.taken += 1
            return state.idle.popLast()
        }
        if let idle { return idle }
        if let made = EasyHandle(configuration, sockets: sockets) { return made }
        state.withLock { $0.taken -= 1 }
        throw CurlError(.overloaded, "libcurl is out of memory")
    }

    func put(_ easy: EasyHandle) {
        easy.arena.trim()
        // What is not kept is freed outside of the lock.
        _ = state.withLock { state -> EasyHandle? in
            state.taken -= 1
            guard !state.isClosed, state.idle.count < Self.keptHandles else { return easy }
            state.idle.append(easy)
            return nil
        }
    }

    /// Frees the idle handles; from now on none is given out.
    func close() {
        let idle = state.withLock { state in
            state.isClosed = true
            let idle = state.idle
            state.idle = []
            return idle
        }
        _ = idle
    }
}
