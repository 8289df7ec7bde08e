import Dispatch
import Glibc

/// Looks names up on a thread of its own, because `getaddrinfo` blocks for as long as the name server likes.
enum Resolver {
    /// The numeric addresses of `host` in the order the system prefers, or why there are none. The completion runs on
    /// another thread.
    static func resolve(
        _ host: String, completion: @escaping @Sendable (Result<[String], RedisError>) -> Void
    ) {
        DispatchQueue.global(qos: .userInitiated).async { completion(lookUp(host)) }
    }

    private static func lookUp(_ host: String) -> Result<[String], RedisError> {
        var hints = unsafe addrinfo()
        unsafe hints.ai_family = AF_UNSPEC
        unsafe hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        let code = unsafe getaddrinfo(host, nil, &hints, &list)
        guard code == 0 else {
            let reason = unsafe gai_strerror(code).map { unsafe String(cString: $0) } ?? "error \(code)"
            return .failure(RedisError(.unavailable, "\(host): \(reason)"))
        }
        defer { unsafe freeaddrinfo(list) }
        var addresses: [String] = []
        var next = unsafe list
        while let entry = unsafe next {
            if let address = unsafe numeric(entry.pointee) { addresses.append(address) }
            unsafe next = unsafe entry.pointee.ai_next
        }
        return addresses.isEmpty
            ? .failure(RedisError(.unavailable, "\(host): no address")) : .success(addresses)
    }

    private static func numeric(_ entry: addrinfo) -> String? {
        var text = [CChar](repeating: 0, count: Int(NI_MAXHOST))
        let code = unsafe getnameinfo(
            entry.ai_addr, entry.ai_addrlen, &text, socklen_t(text.count), nil, 0, NI_NUMERICHOST)
        guard code == 0 else { return nil }
        let bytes = text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
        return String(decoding: bytes, as: UTF8.self)
    }
}
