/// How one `CurlClient` connects. Everything has a bound.
package struct CurlConfiguration: Sendable {
    /// Which addresses may be connected to.
    package var egress: EgressPolicy
    /// The proxy for all requests, or nil for none. The environment's `http_proxy` is never read.
    package var proxy: ProxyConfiguration?
    /// PEM file of the authorities to trust; nil for the system's.
    package var certificateAuthorityFile: String?
    /// PEM files by which this client identifies itself (mutual TLS).
    package var clientCertificate: ClientCertificate?
    /// Certificates are checked, chain and name. Off only for a test that shows what is then lost.
    package var verifiesCertificates: Bool
    /// Sent unless the request has a User-Agent of its own.
    package var userAgent: String
    /// Transfers under way at once; one more is refused as `overloaded`. 4,096 is past what one loop can serve well.
    package var maximumTransfers: Int
    /// Connections to one host and port; further requests wait inside the client, within their own timeouts.
    package var maximumConnectionsPerHost: Int
    /// Idle connections that are kept for reuse, over all hosts.
    package var maximumIdleConnections: Int
    /// An idle connection older than this is not used again: shorter than the 75 s after which nginx closes one.
    package var maximumIdleAge: Duration
    /// How much of a streamed body waits for its reader before the transfer is paused. At most one network read (16
    /// KiB) is held beyond it.
    package var streamBufferBytes: Int
    /// All header fields of one answer together.
    package var maximumHeaderBytes: Int

    package init(
        egress: EgressPolicy = EgressPolicy(),
        proxy: ProxyConfiguration? = nil,
        certificateAuthorityFile: String? = nil,
        clientCertificate: ClientCertificate? = nil,
        verifiesCertificates: Bool = true,
        userAgent: String = "asterism",
        maximumTransfers: Int = 4_096,
        maximumConnectionsPerHost: Int = 512,
        maximumIdleConnections: Int = 512,
        maximumIdleAge: Duration = .seconds(60),
        streamBufferBytes: Int = 256 << 10,
        maximumHeaderBytes: Int = 64 << 10
    ) {
        self.egress = egress
        self.proxy = proxy
        self.certificateAuthorityFile = certificateAuthorityFile
        self.clientCertificate = clientCertificate
        self.verifiesCertificates = verifiesCertificates
        self.userAgent = userAgent
        self.maximumTransfers = maximumTransfers
        self.maximumConnectionsPerHost = maximumConnectionsPerHost
        self.maximumIdleConnections = maximumIdleConnections
        self.maximumIdleAge = maximumIdleAge
        self.streamBufferBytes = streamBufferBytes
        self.maximumHeaderBytes = maximumHeaderBytes
    }
}
