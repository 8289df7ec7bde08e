import Dispatch
import Glibc
import Synchronization

/// A client on a plain TCP connection to 127.0.0.1, for requests that no client library would send and for clients that
/// leave. Its blocking calls run on threads of Dispatch, so that they take none from the tasks of a test.
package final class RawConnection: Sendable {
    /// What came back until the server closed or fell silent.
    package struct Answer: Sendable {
        package var bytes: [UInt8] = []
        package var isClosed = false

        package var text: String { String(decoding: bytes, as: UTF8.self) }
        /// The statuses of the answers in it, in their order.
        package var statuses: [Int] {
            text.split(separator: "HTTP/1.1 ").compactMap { Int($0.prefix(3)) }
        }
    }

    private let descriptor: Int32
    private let isOpen = Atomic(true)

    /// - Parameter silence: How long to wait for bytes before the server counts as silent.
    package init(port: Int, silence: Duration = .seconds(2)) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(truncatingIfNeeded: port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var wait = timeval(
            tv_sec: Int(silence.components.seconds), tv_usec: Int(silence.components.attoseconds / 1_000_000_000_000))
        unsafe setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &wait, socklen_t(MemoryLayout<timeval>.size))
        let code = unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                unsafe connect(descriptor, generic, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard code == 0 else { throw ScriptedTCPServerError(errno: errno) }
    }

    deinit {
        close()
    }

    /// Sends bytes as they are; what the server does not take any more is dropped.
    package func send(_ bytes: [UInt8]) async {
        await Self.blocking { [descriptor] in
            var rest = bytes[...]
            while !rest.isEmpty {
                let count = unsafe rest.withUnsafeBytes {
                    unsafe Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
                }
                guard count > 0 else { return }
                rest.removeFirst(count)
            }
        }
    }

    /// The next bytes; nil when the server has closed or is silent.
    package func receive() async -> [UInt8]? {
        await Self.blocking { [descriptor] in
            let bytes = Self.receive(descriptor).bytes
            return bytes.isEmpty ? nil : bytes
        }
    }

    /// Everything until the server closes or is silent.
    package func receiveAll() async -> Answer {
        await Self.blocking { [descriptor] in
            var answer = Answer()
            while true {
                let next = Self.receive(descriptor)
                answer.bytes += next.bytes
                answer.isClosed = next.isClosed
                if next.bytes.isEmpty { return answer }
            }
        }
    }

    /// Says that nothing more will be sent; what comes is still received.
    package func finish() {
        shutdown(descriptor, Int32(SHUT_WR))
    }

    /// Leaves; the kernel tells the server.
    package func close() {
        guard isOpen.exchange(false, ordering: .acquiringAndReleasing) else { return }
        Glibc.close(descriptor)
    }

    private static func receive(_ descriptor: Int32) -> Answer {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        let count = unsafe recv(descriptor, &buffer, buffer.count, 0)
        if count > 0 { return Answer(bytes: Array(buffer[..<count])) }
        // A reset is an end too; only running out of time is not.
        return Answer(isClosed: count == 0 || (errno != EAGAIN && errno != EWOULDBLOCK))
    }

    private static func blocking<Value: Sendable>(_ body: @escaping @Sendable () -> Value) async -> Value {
        await withCheckedContinuation { continuation in
            DispatchQueue.global().async { continuation.resume(returning: body()) }
        }
    }
}
