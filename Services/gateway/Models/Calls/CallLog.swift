import Contracts
import Logging
import Observability
import ServiceKit

/// The logger of one call, made when there is something to say: most calls have nothing to say, and a logger with its
/// metadata costs a dictionary and several strings.
struct CallLog: Sendable {
    private enum Source: Sendable {
        case logger(Logger)
        case request(Logger, requestID: String, trace: TraceContext, tenant: TenantID)
    }

    private let source: Source

    /// For a logger that knows the request already.
    init(_ logger: Logger) {
        source = .logger(logger)
    }

    init(_ base: Logger, of request: DirectRequest, tenant: TenantID) {
        source = .request(base, requestID: request.requestID, trace: request.trace, tenant: tenant)
    }

    /// With the ids of the request and the tenant in its metadata.
    var logger: Logger {
        switch source {
        case .logger(let logger): return logger
        case .request(var logger, let requestID, let trace, let tenant):
            logger.handler.metadata = [
                "request_id": .string(requestID), "trace_id": .string(trace.traceID),
                "tenant": .string(tenant.description),
            ]
            return logger
        }
    }

    func info(_ message: Logger.Message, metadata: Logger.Metadata) {
        logger.info(message, metadata: metadata)
    }

    func warning(_ message: Logger.Message, metadata: Logger.Metadata) {
        logger.warning(message, metadata: metadata)
    }

    func error(_ message: Logger.Message, metadata: Logger.Metadata) {
        logger.error(message, metadata: metadata)
    }
}
