package import Logging
package import Reactor

/// Sends HTTP requests by libcurl on a reactor.
package final class CurlClient: Sendable {
    package init(configuration: CurlConfiguration, reactor: Reactor, logger: Logger) {
        _ = (configuration, reactor, logger)
    }

    /// Sends the request and returns the complete answer.
    package func execute(_ request: OutgoingRequest) async throws -> OutgoingResponse {
        throw CurlError(.shutDown, "\(request.method)")
    }

    /// Sends the request and returns when the header of the answer has come; the body follows as a stream.
    package func stream(_ request: OutgoingRequest) async throws -> StreamingResponse {
        throw CurlError(.shutDown, "\(request.method)")
    }

    /// Ends every transfer with `shutDown`, closes all connections, and returns when that is done.
    package func shutdown() async {}
}
