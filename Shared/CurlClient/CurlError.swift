/// Why a request has no answer, or a body no end.
package struct CurlError: Error, Sendable, Equatable, CustomStringConvertible {
    package enum Phase: String, Sendable {
        /// Name, TCP connection and TLS handshake.
        case connect
        /// The request is out, nothing has come back.
        case firstByte
        /// The answer began and then paused too long.
        case idle
        /// The deadline of the whole exchange.
        case total
    }

    package enum Code: Sendable, Equatable {
        /// Method, URL or a header cannot be sent; the caller's mistake.
        case invalidRequest
        case resolveFailed
        case connectFailed
        case timeout(Phase)
        /// The address, the scheme or a redirect is not allowed by `EgressPolicy`.
        case refusedByPolicy
        /// Handshake failed or the certificate is not trusted or is for another name.
        case tls
        case bodyTooLarge
        case headersTooLarge
        case cancelled
        /// The connection broke, or what came is not HTTP.
        case transferBroken
        /// As many transfers are under way as the client takes.
        case overloaded
        /// The client is shut down.
        case shutDown
    }

    package var code: Code
    /// For the operator's log. Names host and port, never the path, the query or a header: they may hold secrets.
    package var detail: String
    /// Whether the connection was ready and the request may have reached the server. While false, sending again
    /// cannot do anything twice.
    package var requestMayHaveBeenSent: Bool

    package init(_ code: Code, _ detail: String = "", requestMayHaveBeenSent: Bool = false) {
        self.code = code
        self.detail = detail
        self.requestMayHaveBeenSent = requestMayHaveBeenSent
    }

    package var description: String {
        detail.isEmpty ? "\(code)" : "\(code): \(detail)"
    }
}
