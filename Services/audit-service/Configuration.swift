import Cryptography
import ServiceKit

/// ## Configuration keys
/// - `AUDIT_SIGNING_KEY` (required, secret): the 32 bytes of an Ed25519 seed, base64. Signs all checkpoints.
/// - `AUDIT_LOG_NAME` (default `asterism.local/audit`): the name of this installation's logs, as verifiers know it; a
///   domain of one's own and a path is the custom. It is part of every checkpoint, so it does not change.
/// - `AUDIT_EARLIER_KEYS` (default none): public keys, base64, that signed before the present one.
struct Configuration {
    /// How often the waiting room is looked at. A record in it is accepted and durable already.
    static let integrationInterval: Duration = .seconds(1)
    /// Tenants whose waiting records move in one round.
    static let integrationBatch = 100

    let signer: CheckpointSigner

    init(_ settings: Settings) throws {
        let logName = settings.string("AUDIT_LOG_NAME", default: "asterism.local/audit")
        guard let seed = Base64.decode(try settings.secret("AUDIT_SIGNING_KEY")),
            let key = try? SigningKey(seed: seed)
        else { throw SettingsError("AUDIT_SIGNING_KEY", "must be 32 bytes in base64") }
        let earlier = try settings.list("AUDIT_EARLIER_KEYS").map { text in
            guard let bytes = Base64.decode(text), let key = try? VerifyingKey(bytes) else {
                throw SettingsError("AUDIT_EARLIER_KEYS", "must be public keys of 32 bytes in base64")
            }
            return key
        }
        do {
            signer = try CheckpointSigner(logName: logName, key: key, earlierKeys: earlier)
        } catch {
            throw SettingsError("AUDIT_LOG_NAME", "must be up to 200 visible ASCII characters without +")
        }
    }
}
