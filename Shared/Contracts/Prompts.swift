package import Foundation

/// One message of a prompt. `content` of a template may hold variables: `{{question}}`.
package struct PromptMessage: Codable, Sendable, Equatable {
    package enum Role: String, Codable, Sendable {
        case system, developer, user, assistant
    }

    package var role: Role
    package var content: String

    package init(role: Role, content: String) {
        self.role = role
        self.content = content
    }
}

/// `POST /v1/prompts` and, without the name, `POST /v1/prompts/{name}/versions`.
package struct PromptDraft: Codable, Sendable, Equatable {
    /// `answer.grounded`: lower-case words with dots, dashes or underscores. Taken from the path for a version.
    package var name: String?
    package var messages: [PromptMessage]
    package var description: String?
    /// Whether the version is used from now on. A template's first version is, unless told otherwise.
    package var activate: Bool?

    package init(name: String? = nil, messages: [PromptMessage], description: String? = nil, activate: Bool? = nil) {
        self.name = name
        self.messages = messages
        self.description = description
        self.activate = activate
    }
}

/// Who wrote a template.
package enum PromptSource: String, Codable, Sendable {
    case tenant
    /// Comes with Asterism, the same for every tenant that has no version of its own in use.
    case platform
}

/// `GET /v1/prompts/{name}`, and one row of `GET /v1/prompts`: what is in use.
package struct PromptSummary: Codable, Sendable, Equatable {
    package var name: String
    package var source: PromptSource
    package var version: Int
    package var messages: [PromptMessage]
    /// What must be given to render it.
    package var variables: [String]
    /// The newest version of the tenant's own, in use or not; 0 when there is none.
    package var latestVersion: Int

    package init(
        name: String, source: PromptSource, version: Int, messages: [PromptMessage], variables: [String],
        latestVersion: Int
    ) {
        self.name = name
        self.source = source
        self.version = version
        self.messages = messages
        self.variables = variables
        self.latestVersion = latestVersion
    }
}

/// One version of a tenant's template. It never changes.
package struct PromptVersion: Codable, Sendable, Equatable {
    package var name: String
    package var version: Int
    package var messages: [PromptMessage]
    package var variables: [String]
    package var description: String?
    package var isActive: Bool
    package var createdBy: String
    package var createdAt: Date

    package init(
        name: String, version: Int, messages: [PromptMessage], variables: [String], description: String?,
        isActive: Bool, createdBy: String, createdAt: Date
    ) {
        self.name = name
        self.version = version
        self.messages = messages
        self.variables = variables
        self.description = description
        self.isActive = isActive
        self.createdBy = createdBy
        self.createdAt = createdAt
    }
}

/// `PUT /v1/prompts/{name}/active`. A null version returns to the platform's default, where there is one.
package struct PromptActivation: Codable, Sendable, Equatable {
    package var version: Int?

    package init(version: Int?) {
        self.version = version
    }
}

/// `POST /v1/prompts/{name}/render`
package struct RenderRequest: Codable, Sendable, Equatable {
    /// Exactly the variables of the template: one too few or too many is an error that names it.
    package var variables: [String: String]
    /// A version of the tenant's own; the one in use when left out.
    package var version: Int?

    package init(variables: [String: String], version: Int? = nil) {
        self.variables = variables
        self.version = version
    }
}

/// A prompt ready to be sent.
package struct RenderedPrompt: Codable, Sendable, Equatable {
    package var name: String
    package var source: PromptSource
    package var version: Int
    package var messages: [PromptMessage]

    package init(name: String, source: PromptSource, version: Int, messages: [PromptMessage]) {
        self.name = name
        self.source = source
        self.version = version
        self.messages = messages
    }
}
