/// An HTTP or SOCKS proxy for outgoing requests.
///
/// Behind a proxy the client sees no address but the proxy's, so the egress policy can judge only hosts written as
/// addresses; keeping names from internal targets is then the proxy's duty.
package struct ProxyConfiguration: Sendable, Equatable {
    /// `http://host:port`, `https://…`, `socks5h://…`; may hold credentials, so it is never logged.
    package var url: String
    /// Hosts that are reached directly: a name covers its subdomains, `.example.com` and `example.com` alike.
    package var bypass: [String]

    package init(url: String, bypass: [String] = []) {
        self.url = url
        self.bypass = bypass
    }

    func isUsed(forHost host: String) -> Bool {
        let host = host.lowercased()
        return !bypass.contains { entry in
            let name = entry.lowercased().drop { $0 == "." }
            return host == name || host.hasSuffix("." + name)
        }
    }
}
