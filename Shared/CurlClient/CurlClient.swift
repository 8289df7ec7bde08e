package import Logging
package import Reactor

/// Sends HTTP requests by libcurl on a reactor's thread.
///
/// Guarantees:
/// - Nothing waits without an end: each request has a deadline, and the transfers under way are bounded.
/// - No socket is opened to an address that the egress policy refuses, whatever the name resolves to.
/// - A cancelled task is told at once, and its connection is closed; it is not left to finish unseen.
/// - A failed request is sent again by libcurl only on a reused connection that was closed before any byte of the
///   answer, and never by this client.
///
/// One client has one set of connections; make one for each egress policy. Ends with `shutdown`, before the reactor
/// is stopped.
package final class CurlClient: Sendable {
    private let driver: CurlDriver

    package init(configuration: CurlConfiguration, reactor: Reactor, logger: Logger) {
        driver = CurlDriver(configuration: configuration, reactor: reactor, logger: logger)
    }

    /// Requests that are being sent or whose answers are not complete yet.
    package var transfersUnderWay: Int { driver.handles.takenCount }

    deinit {
        driver.post(.shutDown(nil))
    }

    /// Sends the request and returns the complete answer, whatever its status. Throws `CurlError`.
    package nonisolated(nonsending) func execute(_ request: OutgoingRequest) async throws -> OutgoingResponse {
        let start = ContinuousClock.now
        var trail = RedirectTrail(request)
        while true {
            let response = try await sendWhole(trail.request)
            let isRedirect = try trail.follow(response.status, response.headers, elapsed: start.duration(to: .now))
            guard isRedirect else { return response }
        }
    }

    /// Sends the request and returns when the head of the answer has come; the body follows as a stream. Throws
    /// `CurlError`.
    ///
    /// What of the body came together with the head is in the stream already, so reading it does not wait.
    package nonisolated(nonsending) func stream(_ request: OutgoingRequest) async throws -> StreamingResponse {
        let start = ContinuousClock.now
        var trail = RedirectTrail(request)
        while true {
            let response = try await sendStreaming(trail.request)
            let isRedirect = try trail.follow(response.status, response.headers, elapsed: start.duration(to: .now))
            guard isRedirect else { return response }
        }
    }

    /// Ends every transfer with `shutDown`, closes all connections, and returns when that is done.
    package func shutdown() async {
        await withCheckedContinuation { driver.post(.shutDown($0)) }
    }

    private nonisolated(nonsending) func sendWhole(_ request: OutgoingRequest) async throws -> OutgoingResponse {
        let transfer = try prepare(request, isStreaming: false)
        return try await withTaskCancellationHandler {
            try await Waiting.wait { transfer.start(.whole($0)) }
        } onCancel: {
            transfer.cancel()
        }
    }

    private nonisolated(nonsending) func sendStreaming(_ request: OutgoingRequest) async throws -> StreamingResponse {
        let transfer = try prepare(request, isStreaming: true)
        let body = ResponseBodyStream(transfer)
        let head = try await withTaskCancellationHandler {
            try await Waiting.wait { transfer.start(.head($0)) }
        } onCancel: {
            transfer.cancel()
        }
        return StreamingResponse(status: head.status, headers: head.headers, body: body)
    }

    /// Checks the request and puts it into a handle, on the caller's thread, which leaves the loop free for sockets.
    private func prepare(_ request: OutgoingRequest, isStreaming: Bool) throws(CurlError) -> Transfer {
        let easy = try driver.handles.take()
        do {
            try request.validate(known: easy.url)
            try easy.configure(request, proxy: driver.configuration.proxy)
        } catch {
            driver.handles.put(easy)
            throw error
        }
        return Transfer(request, isStreaming: isStreaming, easy: easy, driver: driver)
    }
}
