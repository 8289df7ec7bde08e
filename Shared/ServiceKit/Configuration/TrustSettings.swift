package import Contracts
package import Cryptography

/// Who this service is to the others, and whom it believes.
///
/// ## Configuration keys
/// - `TRUST_KEY` (secret, required): the 32-byte Ed25519 seed of this service in base64.
/// - `TRUST_PEERS` (required): `gateway=<base64 public key>,rag-service=…`: the services whose context tokens are
///   accepted here. A service that is not named cannot call this one.
package struct TrustSettings: Sendable {
    package var key: SigningKey
    package var peers: [ServiceName: VerifyingKey]

    package init(_ settings: Settings) throws(SettingsError) {
        let seed = try settings.secret("TRUST_KEY")
        guard let bytes = Base64.decode(seed), let key = try? SigningKey(seed: bytes) else {
            throw SettingsError("TRUST_KEY", "is not 32 bytes in base64")
        }
        self.key = key
        peers = try Self.peers(settings.list("TRUST_PEERS"))
    }

    private static func peers(_ entries: [String]) throws(SettingsError) -> [ServiceName: VerifyingKey] {
        var peers: [ServiceName: VerifyingKey] = [:]
        for entry in entries {
            // Base64 may end in "=", so only the first one separates.
            let parts = entry.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            guard parts.count == 2, let service = ServiceName(rawValue: parts[0]) else {
                throw SettingsError("TRUST_PEERS", "\"\(parts[0])\" is not a service; write service=<base64 key>")
            }
            guard let bytes = Base64.decode(parts[1]), let key = try? VerifyingKey(bytes) else {
                throw SettingsError("TRUST_PEERS", "the key of \(parts[0]) is not 32 bytes in base64")
            }
            peers[service] = key
        }
        return peers
    }
}
