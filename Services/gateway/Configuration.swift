import Cryptography
import ServiceKit

/// The gateway's own settings.
///
/// ## Configuration keys
/// - `ADMIN_KEY` (secret, required): the operator's key for `/admin/v1`, at least 32 characters.
/// - `API_KEY_PEPPER` (secret, required): at least 32 bytes in base64. API keys are stored as their HMAC under it, so a
///   copy of the database alone lets nobody guess. Changing it ends every key.
/// - `ENVELOPE_KEYS` (secret, required): `id:base64,…`, what providers' keys are sealed with; the first one seals.
/// - `REPLICA_NAME` (default: made once and kept in a file beside the journal): names this gateway in its leases.
/// - the keys of `ModelTimeouts`, `CacheConfiguration` and `BatchSettings`.
struct Configuration: Sendable {
    let adminKey: String
    let pepper: HMACSHA256
    let keyring: EnvelopeKeyring
    let replicaName: String
    let timeouts: ModelTimeouts
    let caches: CacheConfiguration
    let batches: BatchSettings

    private static let minimumSecretLength = 32

    init(_ settings: Settings, journalPath: String) throws(SettingsError) {
        adminKey = try settings.secret("ADMIN_KEY")
        guard adminKey.utf8.count >= Self.minimumSecretLength else {
            throw SettingsError("ADMIN_KEY", "must have at least \(Self.minimumSecretLength) characters")
        }
        guard let pepper = Base64.decode(try settings.secret("API_KEY_PEPPER")),
            pepper.count >= Self.minimumSecretLength
        else {
            throw SettingsError("API_KEY_PEPPER", "must be at least \(Self.minimumSecretLength) bytes in base64")
        }
        self.pepper = HMACSHA256(key: pepper)
        let keys = try settings.secret("ENVELOPE_KEYS")
        guard let keyring = try? EnvelopeKeyring(parsing: keys) else {
            throw SettingsError("ENVELOPE_KEYS", "must be id:base64 of 32 bytes, separated by commas")
        }
        self.keyring = keyring
        if let name = settings.optional("REPLICA_NAME") {
            replicaName = name
        } else {
            replicaName = try ReplicaName.kept(beside: journalPath)
        }
        timeouts = try ModelTimeouts(settings)
        caches = try CacheConfiguration(settings)
        batches = try BatchSettings(settings)
    }
}
