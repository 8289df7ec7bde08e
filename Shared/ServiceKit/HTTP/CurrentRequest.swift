package import Observability

/// The request that the present task serves, for what is too deep in to be handed a context.
///
/// Bound by the outermost middleware. A streamed body is written after the middleware has returned: capture what it
/// needs before.
package enum CurrentRequest {
    @TaskLocal package static var trace: TraceContext?
    @TaskLocal private static var boundID: String?

    /// The id of the request; a new one outside of any.
    package static var id: String { boundID ?? UUIDv7.text() }

    /// Runs `body` as part of the request.
    package static func bind<Success>(
        id: String, trace: TraceContext, _ body: () async throws -> Success
    ) async rethrows -> Success {
        try await $boundID.withValue(id) { try await $trace.withValue(trace) { try await body() } }
    }
}
