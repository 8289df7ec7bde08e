package import Foundation

/// `POST /admin/v1/tenants`
package struct TenantCreation: Codable, Sendable, Equatable {
    package var name: String
    /// `standard` unless said otherwise.
    package var plan: String?
    /// Requests a minute; the gateway's default when absent.
    package var requestsPerMinute: Int?

    package init(name: String, plan: String? = nil, requestsPerMinute: Int? = nil) {
        self.name = name
        self.plan = plan
        self.requestsPerMinute = requestsPerMinute
    }
}

/// A tenant as the admin routes show it.
package struct TenantDescription: Codable, Sendable, Equatable {
    package enum Status: String, Codable, Sendable {
        case active, suspended
    }

    package var id: TenantID
    package var name: String
    package var plan: String
    package var status: Status
    package var requestsPerMinute: Int
    package var createdAt: Date

    package init(
        id: TenantID, name: String, plan: String, status: Status, requestsPerMinute: Int, createdAt: Date
    ) {
        self.id = id
        self.name = name
        self.plan = plan
        self.status = status
        self.requestsPerMinute = requestsPerMinute
        self.createdAt = createdAt
    }
}

/// `POST /admin/v1/tenants/{id}/api-keys`
package struct APIKeyCreation: Codable, Sendable, Equatable {
    package var name: String
    /// `tenant-admin` unless said otherwise.
    package var roles: [String]?
    package var expiresAt: Date?

    package init(name: String, roles: [String]? = nil, expiresAt: Date? = nil) {
        self.name = name
        self.roles = roles
        self.expiresAt = expiresAt
    }
}

/// An API key as the admin routes show it. `key` is there once, in the answer that created it.
package struct APIKeyDescription: Codable, Sendable, Equatable {
    package var id: APIKeyID
    package var name: String
    package var roles: [String]
    /// The part of the key that names it, safe to show: `ast_live_<kid>`.
    package var prefix: String
    package var key: String?
    package var createdAt: Date
    package var expiresAt: Date?

    package init(
        id: APIKeyID, name: String, roles: [String], prefix: String, key: String? = nil, createdAt: Date,
        expiresAt: Date? = nil
    ) {
        self.id = id
        self.name = name
        self.roles = roles
        self.prefix = prefix
        self.key = key
        self.createdAt = createdAt
        self.expiresAt = expiresAt
    }
}
