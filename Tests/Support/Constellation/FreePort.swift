import Glibc

/// Ports of loopback that nobody listens on.
package enum FreePort {
    /// Ports that were free a moment ago, all different: the kernel gives them while all are held, then they are let go.
    package static func take(_ count: Int) throws -> [Int] {
        var sockets: [Int32] = []
        defer { for socket in sockets { close(socket) } }
        return try (0..<count).map { _ in
            let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
            guard descriptor >= 0 else { throw PortError(errno: errno) }
            sockets.append(descriptor)
            return try bindAnywhere(descriptor)
        }
    }

    private static func bindAnywhere(_ descriptor: Int32) throws -> Int {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let result = unsafe withUnsafeMutablePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                let bound = unsafe bind(descriptor, generic, length)
                return unsafe bound == 0 ? getsockname(descriptor, generic, &length) : bound
            }
        }
        guard result == 0 else { throw PortError(errno: errno) }
        return Int(UInt16(bigEndian: address.sin_port))
    }

    struct PortError: Error {
        let errno: Int32
    }
}
