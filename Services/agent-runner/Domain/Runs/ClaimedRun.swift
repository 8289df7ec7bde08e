import Contracts
import ServiceKit

/// A run that this worker holds the lease of.
struct ClaimedRun: Sendable {
    let id: RunID
    let scope: TenantScope
    /// Grows each time the run changes hands. A step is recorded only under the epoch that is in force.
    let epoch: Int64
    let workflow: String
    let version: Int
    let attempt: Int
    let input: [UInt8]
    /// On whose behalf: `api_key:<id>`.
    let actor: String
    let requestID: String
    /// Who the run's calls to other services are made as: the run itself, with the rights of a service.
    var caller: Caller {
        Caller(
            workingOn: StoredJob(claimedRowOf: scope.tenant, reference: "run:\(id)"), at: .agentRunner,
            requestID: requestID)
    }
    /// The outputs of the steps that are done, by path, as JSON.
    let steps: [String: [UInt8]]
}
