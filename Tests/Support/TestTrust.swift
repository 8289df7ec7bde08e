package import Contracts
package import Cryptography
package import ServiceKit

/// Keys, callers and tokens for tests. The keys are made from the services' names and are worth nothing elsewhere.
package enum TestTrust {
    package static func key(of service: ServiceName) throws -> SigningKey {
        try SigningKey(seed: SHA256.hash("test key of \(service.rawValue)"))
    }

    package static func signer(_ service: ServiceName = .gateway) throws -> TrustSigner {
        TrustSigner(service: service, key: try key(of: service))
    }

    /// Believes all six services.
    package static func verifier(at audience: ServiceName) throws -> TrustVerifier {
        var peers: [ServiceName: VerifyingKey] = [:]
        for service in ServiceName.allCases { peers[service] = try key(of: service).publicKey }
        return TrustVerifier(audience: audience, peers: peers)
    }

    /// What `TRUST_KEY` and `TRUST_PEERS` are for `service` so that it believes all six.
    package static func settings(of service: ServiceName) throws -> [String: String] {
        let peers = try ServiceName.allCases.map { "\($0.rawValue)=\(Base64.encode(try key(of: $0).publicKey.bytes))" }
        return [
            "TRUST_KEY": Base64.encode(SHA256.hash("test key of \(service.rawValue)")),
            "TRUST_PEERS": peers.joined(separator: ","),
        ]
    }

    package static func scope(_ tenant: TenantID) -> TenantScope {
        .verified(by: CredentialProof(credentialWasCheckedAndBelongsTo: tenant, actor: "test"))
    }

    package static func caller(
        _ tenant: TenantID, roles: Set<Role> = [.tenantAdmin], actor: String = "api_key:test",
        requestID: String = "request-of-a-test", apiKey: APIKeyID? = nil, user: String? = nil
    ) -> Caller {
        let proof = CredentialProof(credentialWasCheckedAndBelongsTo: tenant, actor: actor)
        return Caller(provenBy: proof, roles: roles, requestID: requestID, apiKey: apiKey, user: user)
    }

    /// The value of `X-Asterism-Context` for a call to `audience`.
    package static func token(
        for audience: ServiceName, as caller: Caller, issuer: ServiceName = .gateway
    ) throws -> String {
        try signer(issuer).token(for: audience, as: caller)
    }

    /// A token of a service for no tenant.
    package static func serviceToken(for audience: ServiceName, issuer: ServiceName) throws -> String {
        try signer(issuer).token(for: audience, requestID: "request-of-a-test")
    }
}
