import Contracts
import Foundation
import Hummingbird
import ServiceKit

/// Operators on how a tenant's providers fare: `/admin/v1/tenants/{id}/health`.
struct AdminHealthRoutes: Sendable {
    let tenants: TenantStorage
    let providers: ProviderStorage
    let health: HealthBoard

    func add(to group: RouterGroup<ServiceRequestContext>) {
        group.get("tenants/:id/health", use: show)
    }

    private func show(_ request: Request, _ context: ServiceRequestContext) async throws -> Response {
        let act = OperatorAct(tenant: try context.identifier(), action: "health.read", context: context)
        guard try await tenants.find(in: act.scope) != nil else { throw APIError.notFound("tenant") }
        let now = ContinuousClock.now
        let seen = Dictionary(grouping: health.snapshots(of: act.tenant, at: now)) { $0.key.provider }
        let data = try await providers.list(in: act.scope).map { provider in
            let models = (seen[provider.id] ?? []).map { Self.model($0.key.model, $0.value, now) }
                .sorted { $0.model < $1.model }
            return ProviderHealth(
                id: provider.id, name: provider.name, kind: provider.kind, region: provider.region,
                state: models.map(\.state).max { Self.severity($0) < Self.severity($1) } ?? .healthy, models: models)
        }
        return try .json(Page(data: data, nextCursor: nil))
    }

    private static func model(
        _ name: String, _ snapshot: HealthSnapshot, _ now: ContinuousClock.Instant
    ) -> ProviderHealth.Model {
        let (state, until): (ProviderHealth.State, ContinuousClock.Instant?) =
            switch snapshot.state {
            case .healthy: (.healthy, nil)
            case .probing: (.probing, nil)
            case .coolingDown(let until): (.coolingDown, until)
            case .open(let until): (.open, until)
            }
        return ProviderHealth.Model(
            model: name, state: state, retryAfterSeconds: until.map { max(0, now.duration(to: $0) / .seconds(1)) },
            underWay: snapshot.underWay, firstTokenMilliseconds: snapshot.firstToken.map { $0 * 1_000 },
            latencyMilliseconds: snapshot.total.map { $0 * 1_000 }, failureShare: snapshot.failureShare)
    }

    private static func severity(_ state: ProviderHealth.State) -> Int {
        ProviderHealth.State.allCases.firstIndex(of: state) ?? 0
    }
}
