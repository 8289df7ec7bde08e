import Contracts
import Cryptography
import Foundation
import ServiceKit

/// Which API key is whose, remembered while `ChangeFollower` vouches for it.
final class KeyDirectory: Sendable {
    /// Keys in memory: about 300 bytes each.
    private static let capacity = 100_000

    private let storage: APIKeyStorage
    private let changes: ChangeFollower
    private let pepper: HMACSHA256
    private let known = GenerationCache<String, [StoredAPIKey]>(capacity: capacity)
    private let loading = SingleFlight<String, [StoredAPIKey]>()

    init(storage: APIKeyStorage, changes: ChangeFollower, pepper: HMACSHA256) {
        self.storage = storage
        self.changes = changes
        self.pepper = pepper
    }

    /// The stored key that this is, nil when there is none, it was revoked, or it has expired.
    nonisolated(nonsending) func find(_ key: APIKeyText, at now: Date) async throws -> StoredAPIKey? {
        let candidates = try await candidates(named: key.identifier)
        let match = candidates.first { pepper.isValid($0.digest, for: key.signedBytes) }
        return match.flatMap { $0.isExpired(at: now) ? nil : $0 }
    }

    /// What is stored for a new key.
    func digest(of key: APIKeyText) -> [UInt8] {
        pepper.authenticationCode(for: key.signedBytes)
    }

    func forget(_ change: ChangeFollower.Change) {
        switch change {
        case .tenant(let tenant): known.removeAll { _, keys in keys.contains { $0.tenant == tenant } }
        case .everything: known.removeAll()
        }
    }

    private nonisolated(nonsending) func candidates(named identifier: String) async throws -> [StoredAPIKey] {
        if changes.isCurrent, let keys = known[identifier] { return keys }
        return try await loading.run(identifier) {
            let epoch = self.changes.epoch
            let keys = try await self.storage.candidates(named: identifier)
            // That nothing has this name is not remembered: guesses must not push out the keys in use.
            if !keys.isEmpty, self.changes.epoch == epoch { self.known[identifier] = keys }
            return keys
        }
    }
}
