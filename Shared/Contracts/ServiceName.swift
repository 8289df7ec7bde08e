/// The six executables. The raw value is folder, product, image, log name and token audience at once.
package enum ServiceName: String, Codable, Sendable, CaseIterable {
    case gateway
    case ragService = "rag-service"
    case agentRunner = "agent-runner"
    case promptService = "prompt-service"
    case usageBilling = "usage-billing"
    case auditService = "audit-service"

    /// The port each listens on unless told otherwise.
    package var defaultPort: Int {
        switch self {
        case .gateway: 8080
        case .ragService: 8081
        case .agentRunner: 8082
        case .promptService: 8083
        case .usageBilling: 8084
        case .auditService: 8085
        }
    }

    /// The PostgreSQL schema that belongs to this service alone.
    package var schema: String {
        switch self {
        case .gateway: "gateway"
        case .ragService: "rag"
        case .agentRunner: "agents"
        case .promptService: "prompts"
        case .usageBilling: "billing"
        case .auditService: "audit"
        }
    }
}
