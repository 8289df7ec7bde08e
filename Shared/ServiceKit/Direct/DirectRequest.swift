package import Foundation
package import Observability

/// A request that a service answers itself, whole, with the identity that every request has.
package struct DirectRequest: Sendable {
    package let head: DirectRequestHead
    /// As the responder named it.
    package let route: String
    package let body: [UInt8]
    /// Accepted from `X-Request-Id` or made; see `ServiceRequestContext`.
    package let requestID: String
    package let operationID: UUID
    package let trace: TraceContext
}
