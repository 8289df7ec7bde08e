import Contracts
import Foundation
import HTTPTypes
import Logging
import Observability

/// Gives requests their identity and records how they went: a metric and a line in the log.
struct RequestObserver: Sendable {
    let metrics: RequestMetrics
    let accessLog: HTTPSettings.AccessLog

    struct Identity: Sendable {
        let operationID: UUID
        let requestID: String
        let trace: TraceContext

        /// What each line of the log carries.
        var metadata: Logger.Metadata {
            ["request_id": .string(requestID), "trace_id": .string(trace.traceID)]
        }
    }

    /// - Parameters:
    ///   - requestID: What the client calls the request, taken over when it can be.
    ///   - traceparent: The caller's place in a trace.
    func identify(requestID: String?, traceparent: String?) -> Identity {
        var random = PooledRandom()
        let operation = Identifier<OperationEntity>(using: &random).uuid
        let parent = traceparent.flatMap(TraceContext.init(traceparent:))
        return Identity(
            operationID: operation, requestID: requestID.flatMap(RequestIdentity.accepted) ?? UUIDText.text(operation),
            trace: parent?.child() ?? .root(using: &random))
    }

    /// How a request ended.
    struct Ending {
        let method: HTTPRequest.Method
        let path: String
        /// The pattern; nil when no route was found.
        let route: String?
        let status: Int
        var failure: (any Error)?
    }

    func began() {
        metrics.began()
    }

    /// - Parameter logger: Called only when there is something to say.
    func ended(_ ending: Ending, since started: ContinuousClock.Instant, logger: () -> Logger) {
        metrics.ended(method: ending.method, route: ending.route, status: ending.status, since: started)
        guard accessLog != .off else { return }
        guard accessLog.includes(status: ending.status, path: ending.path, failed: ending.failure != nil) else {
            return
        }
        let elapsed = ContinuousClock.now - started
        var metadata: Logger.Metadata = [
            "method": .string(ending.method.rawValue), "path": .string(String(ending.path.prefix(256))),
            "status": .stringConvertible(ending.status),
            "duration_ms": .string(String(Double(elapsed / .microseconds(1)) / 1000)),
        ]
        if let failure = ending.failure { metadata["stream_error"] = .string(String(describing: failure)) }
        logger().info("request", metadata: metadata)
    }
}
