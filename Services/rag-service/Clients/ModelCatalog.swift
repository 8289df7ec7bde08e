import Contracts
import Foundation
import Logging
import ServiceKit
import Synchronization

/// Which chat model a tenant has, as the gateway lists them, remembered for a short while.
final class ModelCatalog: Sendable {
    private let client: ServiceClient
    private let logger: Logger
    private let known = Mutex<[TenantID: Entry]>([:])

    /// A new provider takes effect within this.
    private static let freshness = Duration.seconds(5)
    /// Tenants remembered; beyond it the list is begun anew. Some hundred bytes each.
    private static let maximumTenants = 10_000

    private struct Entry {
        var model: String?
        var readAt: ContinuousClock.Instant
    }

    private struct List: Decodable {
        struct Model: Decodable {
            var id: String
            /// Our gateway says what a model is for; others do not.
            var kind: String?
        }
        var data: [Model]
    }

    init(client: ServiceClient, logger: Logger) {
        self.client = client
        self.logger = logger
    }

    /// The tenant's first chat model. Nil when it has none, and while the gateway cannot be asked.
    func chatModel(for caller: Caller) async -> String? {
        let tenant = caller.tenant
        if let entry = known.withLock({ $0[tenant] }), ContinuousClock.now - entry.readAt < Self.freshness {
            return entry.model
        }
        do {
            let list: List = try await client.call(
                .gateway, "GET", "/v1/models", as: caller, deadline: .seconds(2))
            let model = list.data.first { $0.kind.map { $0 == "chat" } ?? !$0.id.contains("embed") }?.id
            remember(model, of: tenant)
            return model
        } catch {
            logger.warning("the tenant's models cannot be listed", metadata: ["error": .string("\(error)")])
            return nil
        }
    }

    private func remember(_ model: String?, of tenant: TenantID) {
        known.withLock { known in
            if known.count >= Self.maximumTenants { known = [:] }
            known[tenant] = Entry(model: model, readAt: .now)
        }
    }
}
