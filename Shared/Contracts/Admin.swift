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

/// What stands for a provider.
package enum Provider {}
package typealias ProviderID = Identifier<Provider>

/// `POST /admin/v1/tenants/{id}/providers`
package struct ProviderCreation: Codable, Sendable, Equatable {
    package var name: String
    /// `openai` or `openai-compatible`.
    package var kind: String
    /// Where the provider's interface is, such as `https://api.openai.com/v1`; `/chat/completions` is put behind it.
    package var baseURL: String
    /// Absent for servers that ask for none. Never returned.
    package var apiKey: String?
    /// The models it serves under their own names; `*` at the end of a name stands for any rest.
    package var models: [String]
    /// The provider with the smallest number is asked first; 100 unless said otherwise.
    package var priority: Int?

    package init(
        name: String, kind: String, baseURL: String, apiKey: String? = nil, models: [String], priority: Int? = nil
    ) {
        self.name = name
        self.kind = kind
        self.baseURL = baseURL
        self.apiKey = apiKey
        self.models = models
        self.priority = priority
    }

    enum CodingKeys: String, CodingKey {
        case name, kind, apiKey, models, priority
        case baseURL = "baseUrl"
    }
}

/// A provider as the admin routes show it: without its key.
package struct ProviderDescription: Codable, Sendable, Equatable {
    package var id: ProviderID
    package var name: String
    package var kind: String
    package var baseURL: String
    package var hasAPIKey: Bool
    package var models: [String]
    package var priority: Int
    package var createdAt: Date

    package init(
        id: ProviderID, name: String, kind: String, baseURL: String, hasAPIKey: Bool, models: [String],
        priority: Int, createdAt: Date
    ) {
        self.id = id
        self.name = name
        self.kind = kind
        self.baseURL = baseURL
        self.hasAPIKey = hasAPIKey
        self.models = models
        self.priority = priority
        self.createdAt = createdAt
    }

    enum CodingKeys: String, CodingKey {
        case id, name, kind, models, priority, createdAt
        case baseURL = "baseUrl"
        case hasAPIKey = "hasApiKey"
    }
}
