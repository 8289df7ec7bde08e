package import Contracts
package import Foundation
package import Hummingbird
import Logging
package import Observability

/// A context that knows the id of its request.
package protocol IdentifiedContext {
    var requestID: String { get }
    var trace: TraceContext { get }
}

/// What every request has: an id, a place in a trace, a logger that carries both.
///
/// It says nothing about who is asking. Routes for tenants are in a group with `CallerContext`, routes for our own
/// services in one with `ServiceContext`.
package struct ServiceRequestContext: RequestContext, IdentifiedContext {
    package var coreContext: CoreRequestContextStorage
    /// Accepted from `X-Request-Id` or made; returned in the answer. A client may send the same one twice, so nothing
    /// that must happen once is derived from it: that is what `operationID` is for.
    package internal(set) var requestID: String
    /// Made by us for this request alone, whatever the client sent.
    package internal(set) var operationID: UUID
    package internal(set) var trace: TraceContext
    /// The token in `X-Asterism-Context` with what verifies it; nil without the header.
    var presented: PresentedToken?
    /// Set by the gateway's authentication middleware, which checks credentials that only it knows.
    package var caller: Caller?

    /// Until the outermost middleware has made one.
    private static let noOperation = UUID(uuid: (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0))

    package init(source: Source) {
        coreContext = .init(source: source)
        requestID = ""
        operationID = Self.noOperation
        trace = TraceContext(traceID: "", spanID: "", isSampled: false)
    }

    /// Verifies the service token, if one was sent.
    ///
    /// - Returns: Nil without a token.
    /// - Throws: 401 for a token that is not valid here and now.
    package func verifiedToken() throws(APIError) -> VerifiedToken? {
        try presented?.verify()
    }
}

/// The request of a verified caller, for a tenant. Without a valid token (or the gateway's own authentication)
/// the request is answered 401 before any route code runs.
package struct CallerContext: ChildRequestContext, IdentifiedContext {
    package typealias ParentContext = ServiceRequestContext

    package var coreContext: CoreRequestContextStorage
    package let requestID: String
    package let operationID: UUID
    package let trace: TraceContext
    package let caller: Caller

    package init(context: ServiceRequestContext) throws {
        caller = try Self.caller(of: context)
        coreContext = context.coreContext
        requestID = context.requestID
        operationID = context.operationID
        trace = context.trace
        logger[metadataKey: "tenant"] = .string(caller.tenant.description)
    }

    package var scope: TenantScope { caller.scope }

    private static func caller(of context: ServiceRequestContext) throws(APIError) -> Caller {
        if let caller = context.caller { return caller }
        guard let token = try context.verifiedToken() else {
            throw APIError(.unauthenticated, "a service token is required")
        }
        guard let caller = token.caller else {
            throw APIError(.unauthenticated, "the service token names no tenant", internalReason: "\(token.issuer)")
        }
        return caller
    }
}

/// The request of one of our own services, on a route under `/internal`. It may or may not act for a tenant.
package struct ServiceContext: ChildRequestContext, IdentifiedContext {
    package typealias ParentContext = ServiceRequestContext

    package var coreContext: CoreRequestContextStorage
    package let requestID: String
    package let operationID: UUID
    package let trace: TraceContext
    package let issuer: ServiceName
    /// Who the service acts for, when it acts for somebody.
    package let caller: Caller?

    package init(context: ServiceRequestContext) throws {
        guard let token = try context.verifiedToken() else {
            throw APIError(.unauthenticated, "a service token is required")
        }
        issuer = token.issuer
        caller = token.caller
        // The gateway signs a token for every request that it passes on. Such a token opens what the tenant may use,
        // never what services and operators use among themselves, whatever path it is sent to.
        guard caller?.isServiceOrOperator ?? true else {
            throw APIError(.forbidden, "this is for services", internalReason: caller?.actor)
        }
        coreContext = context.coreContext
        requestID = context.requestID
        operationID = context.operationID
        trace = context.trace
        logger[metadataKey: "issuer"] = "\(issuer.rawValue)"
        if let caller { logger[metadataKey: "tenant"] = .string(caller.tenant.description) }
    }

    /// The scope of a tenant about which a trusted service reports, for example one item of a batch of usage events.
    ///
    /// The services we trust may write about any tenant, because they verified it before they reported. Only for
    /// routes under `/internal`.
    package func scope(ofReported tenant: TenantID) -> TenantScope {
        TenantScope(proven: tenant)
    }

    /// - Throws: 403 when another service than these asks.
    package func require(issuer allowed: ServiceName...) throws(APIError) {
        guard allowed.contains(issuer) else {
            throw APIError(.forbidden, "\(issuer.rawValue) may not call this")
        }
    }
}
