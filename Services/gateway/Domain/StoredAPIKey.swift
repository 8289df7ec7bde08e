import Contracts
import Foundation
import ServiceKit

/// A key as it is stored: who it belongs to, what it may do, and the digest by which it is known.
struct StoredAPIKey: Sendable, Equatable {
    let id: APIKeyID
    let tenant: TenantID
    /// HMAC-SHA256 of the key under the pepper.
    let digest: [UInt8]
    let roles: Set<Role>
    let expiresAt: Date?
    /// `api_key:<id>`, made once.
    let actor: String

    init(id: APIKeyID, tenant: TenantID, digest: [UInt8], roles: Set<Role>, expiresAt: Date?) {
        self.id = id
        self.tenant = tenant
        self.digest = digest
        self.roles = roles
        self.expiresAt = expiresAt
        actor = "api_key:\(id)"
    }

    func isExpired(at now: Date) -> Bool {
        expiresAt.map { $0 <= now } ?? false
    }
}
