/// One HTTP request to be sent by `CurlClient`.
///
/// Content-Length and Transfer-Encoding follow from `body` and may not be given as headers. What cannot be sent
/// safely (a line break in a header, credentials in the URL) is refused before anything leaves the process.
package struct OutgoingRequest: Sendable {
    /// An HTTP token, sent as it is written: `GET`, `POST`, …
    package var method: String
    /// Absolute, `http` or `https`, already percent-encoded.
    package var url: String
    package var headers: [(String, String)]
    package var body: [UInt8]?

    /// For the whole exchange, redirects and reading the last byte of a streamed body included.
    package var deadline: Duration
    /// For resolving the name, the TCP connection and the TLS handshake together.
    package var connectTimeout: Duration
    /// From the connection being ready to the first byte of the answer. Nil: only `deadline` counts.
    package var firstByteTimeout: Duration?
    /// Between two reads of a body that has begun. Time in which the reader itself holds the stream back does not
    /// count. Nil: only `deadline` counts.
    package var idleTimeout: Duration?
    /// A larger body, announced or received, ends the transfer with `bodyTooLarge`.
    package var maximumResponseBytes: Int
    /// Whether a redirect is followed or refused.
    package var redirects: RedirectPolicy

    /// 16 MiB holds the largest embedding batch that a provider answers; 30 s is longer than any call between services.
    package init(
        method: String = "GET",
        url: String,
        headers: [(String, String)] = [],
        body: [UInt8]? = nil,
        deadline: Duration = .seconds(30),
        connectTimeout: Duration = .seconds(5),
        firstByteTimeout: Duration? = nil,
        idleTimeout: Duration? = nil,
        maximumResponseBytes: Int = 16 << 20,
        redirects: RedirectPolicy = .refuse
    ) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
        self.deadline = deadline
        self.connectTimeout = connectTimeout
        self.firstByteTimeout = firstByteTimeout
        self.idleTimeout = idleTimeout
        self.maximumResponseBytes = maximumResponseBytes
        self.redirects = redirects
    }
}
