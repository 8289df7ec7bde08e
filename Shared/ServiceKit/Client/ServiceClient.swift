package import Contracts
package import CurlClient
import Foundation
package import Observability
import Resilience

/// Calls the other services: signs for the audience, carries request id and trace, retries what may be retried within
/// the deadline, and stops calling a service that is down.
///
/// The answer of the other side that is a problem is thrown as `APIError` with its code and text, so a 404 there is a
/// 404 here; an outage there is 503, a timeout 504, a defect 502.
package struct ServiceClient: Sendable {
    /// On whose behalf a call is made.
    package enum Identity: Sendable {
        case caller(Caller)
        case scope(TenantScope, requestID: String)
        /// This service itself, for no tenant.
        case service(requestID: String)
    }

    let signer: TrustSigner
    let urls: [ServiceName: String]
    let http: CurlClient
    let breakers: BreakerSet
    let metrics: MetricsRegistry
    let retries: RetryPolicy

    /// - Parameter http: A client whose egress policy allows the services' addresses.
    package init(
        signer: TrustSigner, urls: [ServiceName: String], http: CurlClient, metrics: MetricsRegistry
    ) {
        self.init(signer: signer, urls: urls, http: http, metrics: metrics, retries: RetryPolicy())
    }

    init(
        signer: TrustSigner, urls: [ServiceName: String], http: CurlClient, metrics: MetricsRegistry,
        retries: RetryPolicy
    ) {
        self.signer = signer
        self.urls = urls
        self.http = http
        self.metrics = metrics
        self.retries = retries
        breakers = BreakerSet(metrics: metrics)
    }

    /// A call with a JSON body on behalf of a caller.
    ///
    /// - Parameters:
    ///   - isIdempotent: Whether it may be sent again after an ambiguous failure; by the method unless given.
    ///   - deadline: For everything, retries included.
    package func call<Response: Decodable>(
        _ service: ServiceName, _ method: String, _ path: String, body: some Encodable, as caller: Caller,
        isIdempotent: Bool? = nil, deadline: Duration = .seconds(10)
    ) async throws -> Response {
        let json = Array(try SharedCoders.encoder.encode(body))
        return try await decoded(
            send(
                service, method, path, json: json, as: .caller(caller), isIdempotent: isIdempotent, deadline: deadline),
            from: service)
    }

    /// A call without a body on behalf of a caller.
    package func call<Response: Decodable>(
        _ service: ServiceName, _ method: String, _ path: String, as caller: Caller, isIdempotent: Bool? = nil,
        deadline: Duration = .seconds(10)
    ) async throws -> Response {
        try await decoded(
            send(service, method, path, json: nil, as: .caller(caller), isIdempotent: isIdempotent, deadline: deadline),
            from: service)
    }

    /// A call for a tenant by this service itself.
    package func call<Response: Decodable>(
        _ service: ServiceName, _ method: String, _ path: String, body: some Encodable, scope: TenantScope,
        requestID: String = CurrentRequest.id, isIdempotent: Bool? = nil, deadline: Duration = .seconds(10)
    ) async throws -> Response {
        let json = Array(try SharedCoders.encoder.encode(body))
        let identity = Identity.scope(scope, requestID: requestID)
        return try await decoded(
            send(service, method, path, json: json, as: identity, isIdempotent: isIdempotent, deadline: deadline),
            from: service)
    }

    /// A call by this service itself for no tenant, with a body that is JSON already.
    package func callAsService<Response: Decodable>(
        _ service: ServiceName, _ method: String, _ path: String, json: [UInt8]? = nil, isIdempotent: Bool? = nil,
        deadline: Duration = .seconds(10)
    ) async throws -> Response {
        let identity = Identity.service(requestID: CurrentRequest.id)
        return try await decoded(
            send(service, method, path, json: json, as: identity, isIdempotent: isIdempotent, deadline: deadline),
            from: service)
    }

    /// The same with a body to be encoded.
    package func callAsService<Response: Decodable>(
        _ service: ServiceName, _ method: String, _ path: String, body: some Encodable, isIdempotent: Bool? = nil,
        deadline: Duration = .seconds(10)
    ) async throws -> Response {
        try await callAsService(
            service, method, path, json: Array(try SharedCoders.encoder.encode(body)), isIdempotent: isIdempotent,
            deadline: deadline)
    }

    /// Any call; the answer is a success, everything else is thrown.
    @discardableResult
    package func send(
        _ service: ServiceName, _ method: String, _ path: String, json: [UInt8]?, as identity: Identity,
        isIdempotent: Bool? = nil, headers: [(String, String)] = [], deadline: Duration = .seconds(10)
    ) async throws -> OutgoingResponse {
        let call = ServiceCall(
            service: service, method: method, path: path, json: json, identity: identity,
            isIdempotent: isIdempotent ?? ServiceCall.idempotentMethods.contains(method), headers: headers,
            deadline: Deadline(in: deadline))
        return try await ServiceCallAttempts(client: self, call: call).run()
    }

    private func decoded<Response: Decodable>(
        _ answer: OutgoingResponse, from service: ServiceName
    ) throws -> Response {
        do {
            return try SharedCoders.decoder.decode(Response.self, from: Data(answer.body))
        } catch {
            throw APIError(
                .upstreamFailed, internalReason: "\(service.rawValue) answered with a body that is no \(Response.self)",
                underlying: error)
        }
    }
}
