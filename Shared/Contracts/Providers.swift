package import Foundation

/// What stands for a provider.
package enum Provider {}
package typealias ProviderID = Identifier<Provider>

/// `POST /admin/v1/tenants/{id}/providers`: one key at one place. Two keys of a vendor are two providers.
package struct ProviderCreation: Codable, Sendable, Equatable {
    package var name: String
    /// `openai`, `openai-compatible` and so on: which interface it speaks.
    package var kind: String
    /// Where the provider's interface is, such as `https://api.openai.com/v1`; `/chat/completions` is put behind it.
    package var baseURL: String
    /// Absent for servers that ask for none. Never returned.
    package var apiKey: String?
    /// The models it serves under their own names; `*` at the end of a name stands for any rest.
    package var models: [String]
    /// The provider with the smallest number is asked first; 100 unless said otherwise.
    package var priority: Int?
    /// Where it computes, in the operator's words, such as `eu`; what a tenant's residency is compared with.
    package var region: String?
    /// Its share where calls are spread by weight; 1 unless said otherwise.
    package var weight: Int?
    /// What its kind needs besides, such as `api_version`.
    package var options: [String: String]?

    package init(
        name: String, kind: String, baseURL: String, apiKey: String? = nil, models: [String], priority: Int? = nil,
        region: String? = nil, weight: Int? = nil, options: [String: String]? = nil
    ) {
        self.name = name
        self.kind = kind
        self.baseURL = baseURL
        self.apiKey = apiKey
        self.models = models
        self.priority = priority
        self.region = region
        self.weight = weight
        self.options = options
    }

    enum CodingKeys: String, CodingKey {
        case name, kind, apiKey, models, priority, region, weight, options
        case baseURL = "baseUrl"
    }
}

/// `PATCH /admin/v1/tenants/{id}/providers/{provider}`: what is there is changed, the rest stays. A member that is not
/// known is refused: a change that did not happen must not look like one.
package struct ProviderUpdate: Codable, Sendable, Equatable {
    /// A new key. Calls under way finish with the old one.
    package var apiKey: String?
    package var models: [String]?
    package var priority: Int?
    /// Empty takes the region away.
    package var region: String?
    package var weight: Int?
    package var options: [String: String]?

    package init(
        apiKey: String? = nil, models: [String]? = nil, priority: Int? = nil, region: String? = nil,
        weight: Int? = nil, options: [String: String]? = nil
    ) {
        self.apiKey = apiKey
        self.models = models
        self.priority = priority
        self.region = region
        self.weight = weight
        self.options = options
    }

    enum CodingKeys: String, MemberKey, CaseIterable { case apiKey, models, priority, region, weight, options }

    package init(from decoder: any Decoder) throws {
        let members = try MemberReader<CodingKeys>(decoder)
        self.init(
            apiKey: try members.optional(.apiKey), models: try members.optional(.models),
            priority: try members.optional(.priority), region: try members.optional(.region),
            weight: try members.optional(.weight), options: try members.optional(.options))
    }

    /// The names of the members that are there, as the audit record says them.
    package var changed: [String] {
        [
            ("api_key", apiKey != nil), ("models", models != nil), ("priority", priority != nil),
            ("region", region != nil), ("weight", weight != nil), ("options", options != nil),
        ].filter(\.1).map(\.0)
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
    package var region: String?
    package var weight: Int
    package var options: [String: String]
    package var createdAt: Date

    package init(
        id: ProviderID, name: String, kind: String, baseURL: String, hasAPIKey: Bool, models: [String],
        priority: Int, region: String? = nil, weight: Int = 1, options: [String: String] = [:], createdAt: Date
    ) {
        self.id = id
        self.name = name
        self.kind = kind
        self.baseURL = baseURL
        self.hasAPIKey = hasAPIKey
        self.models = models
        self.priority = priority
        self.region = region
        self.weight = weight
        self.options = options
        self.createdAt = createdAt
    }

    enum CodingKeys: String, CodingKey {
        case id, name, kind, models, priority, region, weight, options, createdAt
        case baseURL = "baseUrl"
        case hasAPIKey = "hasApiKey"
    }
}
