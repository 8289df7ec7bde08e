import Glibc

/// Replaces names of hosts by addresses, because libpq would block on DNS.
enum HostResolver {
    /// False when there is nothing to look up: sockets, addresses, or `hostaddr` given.
    static func isNeeded(_ parameters: [String: String]) -> Bool {
        guard parameters["hostaddr"] == nil, let hosts = parameters["host"] else { return false }
        return hosts.split(separator: ",").contains { !$0.hasPrefix("/") && !isAddress(String($0)) }
    }

    /// Looks the names up; blocks. Each address of a name becomes a host of its own, so libpq tries them in turn while
    /// still checking certificates against the name.
    static func resolve(_ parameters: [String: String]) throws(PostgresError) -> [String: String] {
        let hosts = (parameters["host"] ?? "").split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        let ports = (parameters["port"] ?? "").split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        var resolved: [(host: String, address: String, port: String)] = []
        for (index, host) in hosts.enumerated() {
            let port = ports.count == hosts.count ? ports[index] : ports.first ?? ""
            // libpq has no address for a socket; leaving it empty keeps the lists of one length.
            let addresses = host.isEmpty || host.hasPrefix("/") ? [""] : try addresses(of: host)
            resolved += addresses.map { (host, $0, port) }
        }
        var result = parameters
        result["host"] = resolved.map(\.host).joined(separator: ",")
        result["hostaddr"] = resolved.map(\.address).joined(separator: ",")
        if parameters["port"] != nil { result["port"] = resolved.map(\.port).joined(separator: ",") }
        return result
    }

    private static func isAddress(_ host: String) -> Bool {
        // Sixteen bytes hold either kind.
        unsafe withUnsafeTemporaryAllocation(byteCount: 16, alignment: 4) { storage in
            unsafe inet_pton(AF_INET, host, storage.baseAddress) == 1
                || inet_pton(AF_INET6, host, storage.baseAddress) == 1
        }
    }

    /// At most four: more than anyone gives a database, and each may cost a connect timeout.
    private static func addresses(of host: String) throws(PostgresError) -> [String] {
        var hints = unsafe addrinfo()
        unsafe hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        let code = unsafe getaddrinfo(host, nil, &hints, &list)
        guard code == 0 else {
            let reason = unsafe String(cString: gai_strerror(code))
            throw PostgresError(.connectionFailed, "cannot resolve \(host): \(reason)")
        }
        defer { unsafe freeaddrinfo(list) }
        var found: [String] = []
        var next = unsafe list
        while let entry = unsafe next, found.count < 4 {
            if let address = unsafe text(of: entry.pointee), !found.contains(address) { found.append(address) }
            unsafe next = entry.pointee.ai_next
        }
        guard !found.isEmpty else { throw PostgresError(.connectionFailed, "\(host) has no address") }
        return found
    }

    private static func text(of entry: addrinfo) -> String? {
        unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(NI_MAXHOST)) { buffer in
            let code = unsafe getnameinfo(
                entry.ai_addr, entry.ai_addrlen, buffer.baseAddress, socklen_t(buffer.count), nil, 0, NI_NUMERICHOST)
            guard code == 0, let start = buffer.baseAddress else { return nil }
            return unsafe String(cString: start)
        }
    }
}
