import CCurl
import Glibc

/// What libcurl calls, on the loop's thread. Each only records or hands on; none calls libcurl back, but for
/// `openSocket`, which parses a URL.
enum CurlCallbacks {
    static let body: curl_write_callback = { bytes, size, count, context in
        guard let bytes = unsafe bytes, let easy = unsafe easy(context) else { return 0 }
        return unsafe easy.transfer?.receive(UnsafeRawBufferPointer(start: bytes, count: size * count)) ?? 0
    }

    static let header: curl_write_callback = { bytes, size, count, context in
        guard let bytes = unsafe bytes, let easy = unsafe easy(context) else { return 0 }
        return unsafe easy.transfer?.receive(headerLine: UnsafeRawBufferPointer(start: bytes, count: size * count)) ?? 0
    }

    /// The connection is ready and the request is about to be sent.
    static let ready: curl_prereq_callback = { context, _, _, _, _ in
        unsafe easy(context)?.transfer?.requestIsSent()
        return CURL_PREREQFUNC_OK
    }

    /// The guard against forged requests: this address, and no other, is what gets connected.
    static let openSocket: curl_opensocket_callback = { context, _, address in
        guard let address = unsafe address, let easy = unsafe easy(context) else { return CURL_SOCKET_BAD }
        guard unsafe easy.mayConnect(to: address) else { return CURL_SOCKET_BAD }
        let (family, kind, proto) = unsafe (address.pointee.family, address.pointee.socktype, address.pointee.protocol)
        let descriptor = socket(family, kind | Int32(SOCK_CLOEXEC.rawValue), proto)
        easy.hasOpenedSocket = true
        easy.sockets.didOpen(descriptor)
        return descriptor
    }

    static let closeSocket: curl_closesocket_callback = { context, socket in
        if let context = unsafe context {
            unsafe Unmanaged<SocketTable>.fromOpaque(context).takeUnretainedValue().willClose(socket)
        }
        return close(socket)
    }

    static let socketInterest: curl_socket_callback = { _, socket, what, context, _ in
        guard let context = unsafe context else { return 0 }
        let driver = unsafe Unmanaged<CurlDriver>.fromOpaque(context).takeUnretainedValue()
        driver.sockets.setInterest(of: socket, to: what)
        return 0
    }

    static let timer: curl_multi_timer_callback = { _, milliseconds, context in
        guard let context = unsafe context else { return 0 }
        unsafe Unmanaged<CurlDriver>.fromOpaque(context).takeUnretainedValue().setTimer(milliseconds: milliseconds)
        return 0
    }

    private static func easy(_ context: UnsafeMutableRawPointer?) -> EasyHandle? {
        guard let context = unsafe context else { return nil }
        return unsafe Unmanaged<EasyHandle>.fromOpaque(context).takeUnretainedValue()
    }
}

extension EasyHandle {
    /// Asks the policy about the address itself; what is refused is kept for the error.
    fileprivate func mayConnect(to address: UnsafeMutablePointer<curl_sockaddr>) -> Bool {
        // The proxy is the operator's choice; the target was judged when the request was configured.
        if usesProxy { return true }
        guard let target = try? RequestTarget(url), let found = unsafe IPAddress(address) else {
            refusal = "the address has a family that is not IP"
            return false
        }
        guard egress.allows(found, host: target.host, port: target.port) else {
            refusal = "\(target.host):\(target.port) leads to an internal address"
            return false
        }
        return true
    }
}

extension IPAddress {
    /// Reads the address that libcurl is about to connect to; nil unless it is of the IP families.
    ///
    /// By pointer: behind `addr` lie `addrlen` bytes, more than a `sockaddr` by value would hold.
    fileprivate init?(_ address: UnsafeMutablePointer<curl_sockaddr>) {
        guard let offset = MemoryLayout<curl_sockaddr>.offset(of: \.addr) else { return nil }
        let bytes = unsafe UnsafeRawBufferPointer(
            start: UnsafeRawPointer(address) + offset, count: Int(address.pointee.addrlen))
        switch unsafe address.pointee.family {
        case AF_INET where bytes.count >= MemoryLayout<sockaddr_in>.size:
            self = unsafe .v4(UInt32(truncatingIfNeeded: Self.bits(UnsafeRawBufferPointer(rebasing: bytes[4..<8]))))
        case AF_INET6 where bytes.count >= MemoryLayout<sockaddr_in6>.size:
            self = unsafe .v6(Self.bits(UnsafeRawBufferPointer(rebasing: bytes[8..<24])))
        default:
            return nil
        }
    }
}
