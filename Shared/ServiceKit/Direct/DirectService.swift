import HTTPTypes
import Hummingbird
import Logging

/// All that the connections of a service share to answer requests directly.
struct DirectService: Sendable {
    let responder: any DirectResponder
    let answers: DirectAnswers
    let observer: RequestObserver
    let idleTimeout: Duration
    let logger: Logger

    func route(of head: DirectRequestHead) -> String? {
        head.isMethod("POST") ? responder.route(of: head) : nil
    }

    /// Answers one request. Returns when the last byte is written.
    ///
    /// - Throws: When the answer broke off: the connection must be closed, for nothing else tells the client.
    nonisolated(nonsending) func answer(
        _ head: DirectRequestHead, route: String, _ body: [UInt8], to connection: DirectConnection
    ) async throws {
        let started = ContinuousClock.now
        answers.began()
        defer { answers.ended() }
        observer.began()
        let identity = observer.identify(requestID: head.value("x-request-id"), traceparent: head.value("traceparent"))
        let request = DirectRequest(
            head: head, route: route, body: body, requestID: identity.requestID, operationID: identity.operationID,
            trace: identity.trace)
        let response = await CurrentRequest.bind(id: identity.requestID, trace: identity.trace) {
            await responder.respond(to: request)
        }
        var ending = RequestObserver.Ending(
            method: .post, path: route, route: route, status: response.status.code)
        defer { observer.ended(ending, since: started) { logger(for: identity) } }
        do {
            try await DirectResponseWriter.write(response, requestID: identity.requestID, to: connection)
        } catch {
            ending.failure = error
            throw error
        }
    }

    private func logger(for identity: RequestObserver.Identity) -> Logger {
        var logger = logger
        logger.handler.metadata = identity.metadata
        return logger
    }
}
