import Contracts
import CurlClient
import Observability
import Resilience

/// One call, whatever number of attempts it takes.
struct ServiceCall: Sendable {
    static let idempotentMethods: Set<String> = ["GET", "HEAD", "PUT", "DELETE", "OPTIONS"]

    let service: ServiceName
    let method: String
    let path: String
    let json: [UInt8]?
    let identity: ServiceClient.Identity
    let isIdempotent: Bool
    let headers: [(String, String)]
    let deadline: Deadline

    /// A fresh token for each attempt: a retry may come after the first one has expired.
    func request(baseURL: String, signer: TrustSigner, remaining: Duration) throws -> OutgoingRequest {
        var fields = headers
        let (token, requestID) = try credentials(signer)
        fields.append((ContextToken.header, token))
        fields.append(("X-Request-Id", requestID))
        fields.append(("Accept", "application/json"))
        fields.append(("traceparent", (CurrentRequest.trace ?? .root()).traceparent))
        if json != nil { fields.append(("Content-Type", "application/json")) }
        return OutgoingRequest(
            method: method, url: baseURL + path, headers: fields, body: json, deadline: remaining,
            connectTimeout: min(.seconds(2), remaining))
    }

    func credentials(_ signer: TrustSigner) throws -> (token: String, requestID: String) {
        switch identity {
        case .caller(let caller): (try signer.token(for: service, as: caller), caller.requestID)
        case .scope(let scope, let requestID):
            (try signer.token(for: service, scope: scope, requestID: requestID), requestID)
        case .service(let requestID): (try signer.token(for: service, requestID: requestID), requestID)
        }
    }
}
