import Contracts
import ServiceKit

/// The tenant's knowledge, which rag-service keeps.
struct KnowledgeClient: Sendable {
    /// With a language model an answer takes seconds; a run is in no hurry, but it holds a worker.
    static let answerDeadline = Duration.seconds(60)

    let services: ServiceClient

    func answer(_ request: AnswerRequest, for run: ClaimedRun) async throws -> AnswerResponse {
        try await services.call(
            .ragService, "POST", "/v1/answers", body: request, as: run.caller, deadline: Self.answerDeadline)
    }
}
