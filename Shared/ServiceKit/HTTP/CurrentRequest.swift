package import Observability

/// The request that the present task serves, for what is too deep in to be handed a context.
///
/// Bound by the outermost middleware. A streamed body is written after the middleware has returned: capture what it
/// needs before.
package enum CurrentRequest {
    private struct Identity: Sendable {
        let id: String
        let trace: TraceContext
    }

    @TaskLocal private static var identity: Identity?

    /// The id of the request; a new one outside of any.
    package static var id: String { identity?.id ?? UUIDv7.text() }

    package static var trace: TraceContext? { identity?.trace }

    /// Runs `body` as part of the request.
    package nonisolated(nonsending) static func bind<Success>(
        id: String, trace: TraceContext, _ body: nonisolated(nonsending) () async throws -> Success
    ) async rethrows -> Success {
        try await $identity.withValue(Identity(id: id, trace: trace)) { try await body() }
    }
}
