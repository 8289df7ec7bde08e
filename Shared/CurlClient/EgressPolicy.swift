/// Which hosts outgoing requests may reach: a guard against server-side request forgery, because tenants configure
/// URLs.
///
/// It judges the address of the socket that is about to be connected, not the name in the URL, so neither a name that
/// resolves to an internal address nor one that changes between check and use gets through. Refused are all addresses
/// that are not globally reachable unicast (IANA special-purpose registries, RFC 6890), the metadata addresses of
/// clouds, and IPv6 forms that wrap such an IPv4 address.
package struct EgressPolicy: Sendable {
    private var ranges: [AddressRange] = []
    private var endpoints: Set<String> = []
    private var isUnrestricted = false

    /// Refuses every internal address.
    package init() {}

    /// Refuses internal addresses but for the operator's exceptions, each one of
    /// - `loopback`: 127.0.0.0/8 and ::1,
    /// - an address or a block: `10.1.2.3`, `10.0.0.0/8`, `fd00::/8`,
    /// - `host:port`: whatever that name (or `[v6]` address) resolves to, on that port only.
    ///
    /// Blanks around an entry do not matter; an empty entry is skipped; anything else throws.
    package init(allowing exceptions: [String]) throws(EgressPolicyError) {
        for exception in exceptions {
            let entry = exception.filter { !$0.isWhitespace }.lowercased()
            if entry.isEmpty { continue }
            if entry == "loopback" {
                ranges += Self.loopback
            } else if let range = AddressRange(entry) {
                ranges.append(range)
            } else if let endpoint = Self.endpoint(entry) {
                endpoints.insert(endpoint)
            } else {
                throw EgressPolicyError(entry: exception)
            }
        }
    }

    /// Allows every address: for a client that only ever calls URLs of the operator, such as our own services.
    package static var unrestricted: EgressPolicy {
        var policy = EgressPolicy()
        policy.isUnrestricted = true
        return policy
    }

    /// Whether a socket to `address` may be opened for a request to `host` and `port`.
    func allows(_ address: IPAddress, host: String, port: Int) -> Bool {
        if isUnrestricted || !Self.isInternal(address) { return true }
        let unwrapped = address.unwrapped
        if ranges.contains(where: { $0.contains(address) || $0.contains(unwrapped) }) { return true }
        return endpoints.contains("\(Self.bare(host.lowercased())):\(port)")
    }

    /// Whether the address is anything but a public unicast address.
    static func isInternal(_ address: IPAddress) -> Bool {
        let address = address.unwrapped
        switch address {
        case .v4: return refusedV4.contains { $0.contains(address) }
        case .v6: return !globalUnicast.contains(address) || refusedV6.contains { $0.contains(address) }
        }
    }

    /// `host:port` in the form in which it is looked up, or nil.
    private static func endpoint(_ entry: String) -> String? {
        guard let colon = entry.lastIndex(of: ":") else { return nil }
        let host = bare(String(entry[..<colon]))
        guard let port = Int(entry[entry.index(after: colon)...]), (1...65_535).contains(port) else { return nil }
        let isAddress = IPAddress(host) != nil
        let isName = !host.isEmpty && host.utf8.allSatisfy { $0.isHostNameCharacter }
        return isAddress || isName ? "\(host):\(port)" : nil
    }

    private static func bare(_ host: String) -> String {
        if host.hasPrefix("["), host.hasSuffix("]") { return String(host.dropFirst().dropLast()) }
        return host.hasSuffix(".") ? String(host.dropLast()) : host
    }

    private static let loopback = ["127.0.0.0/8", "::1"].compactMap { AddressRange($0) }
    private static let globalUnicast = AddressRange("2000::/3") ?? loopback[1]
    /// IANA IPv4 special-purpose registry, multicast, and 168.63.129.16, the host agent of Azure, which looks public.
    private static let refusedV4 = [
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
        "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24", "192.168.0.0/16", "192.175.48.0/24",
        "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4", "168.63.129.16",
    ].compactMap { AddressRange($0) }
    /// Inside 2000::/3: protocol assignments (Teredo among them), documentation, and AS112.
    private static let refusedV6 = ["2001::/23", "2001:db8::/32", "3fff::/20", "2620:4f:8000::/48"]
        .compactMap { AddressRange($0) }
}

extension UInt8 {
    fileprivate var isHostNameCharacter: Bool {
        switch self {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
        case UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"): true
        default: false
        }
    }
}
