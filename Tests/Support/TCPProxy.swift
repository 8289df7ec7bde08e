import Glibc
import Synchronization

/// Stands between a client and a server on the loopback and can behave as a bad network does.
///
/// Two threads for each connection; meant for a handful of them.
package final class TCPProxy: Sendable {
    package enum Mode: Sendable {
        case forward
        /// Takes bytes and passes nothing on, as when a host is gone without a word.
        case stall
        /// One byte a millisecond from the server to the client.
        case drip
    }

    private struct State {
        var mode = Mode.forward
        var clients: Set<Int32> = []
        var servers: Set<Int32> = []
        var isStopped = false
    }

    /// Where clients connect.
    package let port: UInt16
    private let listener: Int32
    private let target: UInt16
    private let state = Mutex(State())

    /// - Parameter target: The server's port on 127.0.0.1.
    package init(target: UInt16) throws {
        self.target = target
        listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard let port = Self.bind(listener) else { throw TCPProxyFailure() }
        self.port = port
        Self.detach { [self] in acceptAll() }
    }

    package func set(_ mode: Mode) { state.withLock { $0.mode = mode } }

    /// Ends both directions of every connection at once.
    package func sever() {
        for descriptor in state.withLock({ $0.clients.union($0.servers) }) { shutdown(descriptor, Int32(SHUT_RDWR)) }
    }

    /// The server's half of every connection ends; the client could still write.
    package func halfClose() {
        for descriptor in state.withLock({ $0.clients }) { shutdown(descriptor, Int32(SHUT_WR)) }
    }

    package func stop() {
        state.withLock { $0.isStopped = true }
        shutdown(listener, Int32(SHUT_RDWR))
        sever()
    }

    private func acceptAll() {
        while true {
            let client = accept(listener, nil, nil)
            guard client >= 0, !state.withLock({ $0.isStopped }) else { break }
            guard let server = Self.connect(to: target) else {
                close(client)
                continue
            }
            state.withLock {
                $0.clients.insert(client)
                $0.servers.insert(server)
            }
            Self.detach { [self] in pump(from: client, to: server, mayDrip: false) }
            Self.detach { [self] in pump(from: server, to: client, mayDrip: true) }
        }
        close(listener)
    }

    private func pump(from source: Int32, to sink: Int32, mayDrip: Bool) {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = unsafe read(source, &buffer, buffer.count)
            guard count > 0 else { break }
            while state.withLock({ $0.mode == .stall && !$0.isStopped }) { usleep(1000) }
            let step = mayDrip && state.withLock({ $0.mode == .drip }) ? 1 : count
            for start in stride(from: 0, to: count, by: step) {
                let sent = unsafe buffer.withUnsafeBytes {
                    unsafe send(sink, $0.baseAddress! + start, min(step, count - start), Int32(MSG_NOSIGNAL))
                }
                guard sent > 0 else { break }
                if step == 1 { usleep(1000) }
            }
        }
        // Both pumps of a connection come here; descriptors stay open until the process ends, so no number is
        // used again under the other's feet.
        shutdown(sink, Int32(SHUT_WR))
        shutdown(source, Int32(SHUT_RD))
    }

    private static func detach(_ body: @escaping @Sendable () -> Void) {
        final class Box: Sendable {
            let body: @Sendable () -> Void
            init(_ body: @escaping @Sendable () -> Void) { self.body = body }
        }
        var thread = pthread_t()
        let context = unsafe Unmanaged.passRetained(Box(body)).toOpaque()
        unsafe pthread_create(
            &thread, nil,
            { argument in
                unsafe Unmanaged<Box>.fromOpaque(argument!).takeRetainedValue().body()
                return nil
            }, context)
        pthread_detach(thread)
    }

    private static func address(_ port: UInt16) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        return address
    }

    private static func bind(_ listener: Int32) -> UInt16? {
        var address = address(0)
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        return unsafe withUnsafeMutablePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                guard unsafe Glibc.bind(listener, pointer, size) == 0, listen(listener, 64) == 0,
                    unsafe getsockname(listener, pointer, &size) == 0
                else { return false }
                return true
            }
        } ? UInt16(bigEndian: address.sin_port) : nil
    }

    private static func connect(to port: UInt16) -> Int32? {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = address(port)
        let isConnected = unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                unsafe Glibc.connect(descriptor, pointer, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
        guard isConnected else {
            close(descriptor)
            return nil
        }
        return descriptor
    }
}

/// The loopback gave no port.
package struct TCPProxyFailure: Error {}
