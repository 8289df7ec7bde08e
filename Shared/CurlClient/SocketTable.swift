import CCurl
import Reactor

/// The sockets of one client's connections and what the reactor watches them for. On the loop only.
///
/// libcurl takes its interest in a socket back at the end of every request and states it again with the next one. For
/// a connection that is known to be kept, the reactor goes on watching in between, which saves two system calls a
/// request; an event that then comes for nobody (the server closed) ends the watching. libcurl announces the closing
/// of such a socket (`willClose`), so a number that is used again is never mistaken for the old one.
final class SocketTable: @unchecked Sendable {
    // Unchecked: all members but `init` run on the reactor's thread, where `Reactor.watch` insists on it.
    private var sockets: [Int32: WatchedSocket] = [:]
    private let reactor: Reactor
    /// Called for readiness of a socket, with libcurl's bits.
    var onReady: ((Int32, Int32) -> Void)?
    /// Called when the kernel refuses to watch a socket.
    var onFailure: ((ReactorError) -> Void)?

    init(reactor: Reactor) {
        self.reactor = reactor
    }

    /// How many sockets are known.
    var count: Int { sockets.count }

    /// Follows libcurl's wish, one of `CURL_POLL_*`.
    func setInterest(of descriptor: Int32, to what: Int32) {
        guard what != CURL_POLL_REMOVE else {
            removeInterest(of: descriptor)
            return
        }
        let wanted = Readiness(poll: what)
        if let socket = sockets[descriptor] {
            socket.wanted = wanted
            guard !socket.isWatched || socket.watchedFor != wanted else { return }
            watch(socket, for: wanted)
        } else {
            let socket = WatchedSocket(descriptor: descriptor, table: self)
            sockets[descriptor] = socket
            socket.wanted = wanted
            watch(socket, for: wanted)
        }
    }

    /// The connection on this socket has served a request to the end, and its closing will be announced.
    func keep(_ descriptor: Int32) {
        guard descriptor >= 0 else { return }
        if let socket = sockets[descriptor] {
            socket.isKept = true
        } else {
            let socket = WatchedSocket(descriptor: descriptor, table: self)
            socket.isKept = true
            sockets[descriptor] = socket
        }
    }

    /// libcurl is given a new socket. It closes one that never got connected without a word, so what is still known
    /// under this number is of an older one.
    func didOpen(_ descriptor: Int32) {
        willClose(descriptor)
    }

    func willClose(_ descriptor: Int32) {
        guard let socket = sockets.removeValue(forKey: descriptor) else { return }
        if socket.isWatched { reactor.unwatch(descriptor) }
        socket.table = nil
    }

    fileprivate func isReady(_ socket: WatchedSocket, _ readiness: Readiness) {
        guard let wanted = socket.wanted else {
            reactor.unwatch(socket.descriptor)
            socket.isWatched = false
            return
        }
        onReady?(socket.descriptor, readiness.selectBits(wanted: wanted))
    }

    private func removeInterest(of descriptor: Int32) {
        guard let socket = sockets[descriptor] else { return }
        socket.wanted = nil
        if !socket.isKept { willClose(descriptor) }
    }

    private func watch(_ socket: WatchedSocket, for wanted: Readiness) {
        do {
            if socket.isWatched {
                try reactor.rewatch(socket.descriptor, for: wanted)
            } else {
                try reactor.watch(socket.descriptor, for: wanted, handler: socket)
            }
            socket.isWatched = true
            socket.watchedFor = wanted
        } catch {
            // The kernel is out of epoll watches: the transfers on this socket end by their deadlines.
            socket.isWatched = false
            onFailure?(error)
        }
    }
}

/// One socket of the table, and where the reactor reports it.
final class WatchedSocket: ReadinessHandler {
    let descriptor: Int32
    /// What libcurl waits for; nil between requests.
    var wanted: Readiness?
    var isWatched = false
    var watchedFor: Readiness = []
    var isKept = false
    weak var table: SocketTable?

    init(descriptor: Int32, table: SocketTable) {
        self.descriptor = descriptor
        self.table = table
    }

    func descriptorIsReady(_ readiness: Readiness) {
        table?.isReady(self, readiness)
    }
}

extension Readiness {
    fileprivate init(poll: Int32) {
        switch poll {
        case CURL_POLL_IN: self = .readable
        case CURL_POLL_OUT: self = .writable
        default: self = [.readable, .writable]
        }
    }

    /// libcurl's bits. A failed socket is reported as what was waited for, so that libcurl reads the reason itself.
    fileprivate func selectBits(wanted: Readiness) -> Int32 {
        let found = isDisjoint(with: .failed) ? self : union(wanted)
        return (found.isDisjoint(with: .readable) ? 0 : CURL_CSELECT_IN)
            | (found.isDisjoint(with: .writable) ? 0 : CURL_CSELECT_OUT)
    }
}
