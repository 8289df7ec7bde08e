import Dispatch
import Glibc
import Synchronization

/// A TCP server on a free port of 127.0.0.1 that plays a script on each connection: for peers that are slow, broken or
/// rude in ways that no real server can be made to be.
///
/// Each connection has a thread of its own. All sockets are closed when the server is released.
package final class ScriptedTCPServer: Sendable {
    package enum Step: Sendable {
        /// Reads one HTTP request, its body included.
        case receiveRequest
        case send(String)
        case sendBytes([UInt8])
        /// Sends one byte after the other with a pause before each.
        case drip(String, Duration)
        /// Sends a 64 KiB block of `x` again and again until the peer closes.
        case sendForever
        case pause(Duration)
        /// Waits for the test to call `release`, ten seconds at most.
        case awaitRelease
        /// Ends the own direction, goes on reading.
        case halfClose
        /// Closes with a TCP reset.
        case reset
        /// Reads until the peer closes.
        case awaitPeerClose
        /// Answers every request with this until the peer closes.
        case answerEach(String)
    }

    package let port: Int
    private let listener: Int32
    private let log: ConnectionLog

    /// - Parameter script: The steps for the connection with this number, counted from 0. After the last one the
    ///   connection is closed.
    package init(_ script: @escaping @Sendable (Int) -> [Step]) throws {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        listener = descriptor
        port = try Self.listen(descriptor)
        let log = ConnectionLog()
        self.log = log
        signal(SIGPIPE, SIG_IGN)
        DispatchQueue(label: "scripted.accept").async {
            while true {
                let connection = accept(descriptor, nil, nil)
                guard connection >= 0 else { return }
                let number = log.opened()
                DispatchQueue(label: "scripted.connection").async {
                    ScriptedConnection(descriptor: connection, number: number, log: log).play(script(number))
                }
            }
        }
    }

    /// The same script for every connection.
    package convenience init(_ steps: [Step]) throws {
        try self.init { _ in steps }
    }

    deinit {
        shutdown(listener, Int32(SHUT_RDWR))
        close(listener)
    }

    package var url: String { "http://127.0.0.1:\(port)" }

    /// Lets every connection go on that waits in `awaitRelease`, now and later.
    package func release() { log.release() }

    /// How many connections were accepted.
    package var connectionCount: Int { log.count }

    /// The bytes that a connection has received so far.
    package func received(_ connection: Int) -> String { log.received(connection) }

    /// How many bytes the kernel has taken from a connection so far.
    package func sentBytes(_ connection: Int) -> Int { log.sent(connection) }

    /// Whether the peer has closed the connection within ten seconds.
    package func peerCloses(_ connection: Int) async -> Bool {
        await happens { self.log.isClosedByPeer(connection) }
    }

    /// Whether the condition holds within ten seconds.
    package func happens(_ condition: @Sendable () -> Bool) async -> Bool {
        for _ in 0..<2_000 {
            if condition() { return true }
            // A cancelled test has nothing to wait for.
            guard (try? await Task.sleep(for: .milliseconds(5))) != nil else { break }
        }
        return condition()
    }

    private static func listen(_ descriptor: Int32) throws -> Int {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let code = unsafe withUnsafeMutablePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                guard unsafe bind(descriptor, generic, length) == 0, Glibc.listen(descriptor, 128) == 0 else {
                    return errno
                }
                return unsafe getsockname(descriptor, generic, &length) == 0 ? 0 : errno
            }
        }
        guard code == 0 else { throw ScriptedTCPServerError(errno: code) }
        return Int(UInt16(bigEndian: address.sin_port))
    }
}

/// The kernel refused to listen.
package struct ScriptedTCPServerError: Error {
    package let errno: Int32
}
