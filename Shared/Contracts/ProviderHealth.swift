/// `GET /admin/v1/tenants/{id}/health`: how a tenant's providers fare, as the gateway that answers has seen it.
package struct ProviderHealth: Codable, Sendable, Equatable {
    /// The worst of its models.
    package enum State: String, Codable, Sendable, CaseIterable {
        /// Calls pass, or none was made lately.
        case healthy
        /// It failed, has rested, and a few calls find out whether it is well again.
        case probing
        /// It has said that it takes no more for a while.
        case coolingDown = "cooling_down"
        /// It failed too often; calls go elsewhere if there is an elsewhere.
        case open
    }

    /// One model there.
    package struct Model: Codable, Sendable, Equatable {
        package var model: String
        package var state: State
        /// Until calls pass again, or a few do.
        package var retryAfterSeconds: Double?
        /// Calls sent and not answered yet.
        package var underWay: Int
        /// Decayed means; absent when nothing was measured lately.
        package var firstTokenMilliseconds: Double?
        package var latencyMilliseconds: Double?
        /// The decayed share of attempts that failed, 0 to 1.
        package var failureShare: Double?

        package init(
            model: String, state: State, retryAfterSeconds: Double?, underWay: Int, firstTokenMilliseconds: Double?,
            latencyMilliseconds: Double?, failureShare: Double?
        ) {
            self.model = model
            self.state = state
            self.retryAfterSeconds = retryAfterSeconds
            self.underWay = underWay
            self.firstTokenMilliseconds = firstTokenMilliseconds
            self.latencyMilliseconds = latencyMilliseconds
            self.failureShare = failureShare
        }
    }

    package var id: ProviderID
    package var name: String
    package var kind: String
    package var region: String?
    package var state: State
    /// Those that were called through this gateway, by name.
    package var models: [Model]

    package init(id: ProviderID, name: String, kind: String, region: String?, state: State, models: [Model]) {
        self.id = id
        self.name = name
        self.kind = kind
        self.region = region
        self.state = state
        self.models = models
    }
}
