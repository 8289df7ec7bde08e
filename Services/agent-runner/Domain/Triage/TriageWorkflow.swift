import Contracts
import ServiceKit

/// What triage needs from the world around it.
struct TriageTools: Sendable {
    /// Earlier tickets of the tenant that share words with this text, best first, and the score of a perfect match.
    var similar: @Sendable (TenantScope, _ title: String, _ description: String) async throws -> SimilarTickets
    /// An answer from the tenant's knowledge, with citations.
    var answer: @Sendable (ClaimedRun, AnswerRequest) async throws -> AnswerResponse
}

/// The main road of ITSM: a new ticket comes in; out go its probable category, priority and group, the tickets it
/// resembles, and a first reply with its sources.
///
/// Two steps, each recorded once: `similar` and `reply`. The votes are computed from the recorded neighbours, so an
/// attempt that resumes comes to the same result.
struct TriageWorkflow: Sendable {
    static let name = "triage"
    static let version = 1
    static let defaultSimilar = 5
    /// A description may be megabytes of log; the question to the knowledge base is its beginning.
    static let questionCharacters = 1_000

    let tools: TriageTools

    func run(_ input: TriageRequest, of run: ClaimedRun, steps: StepRecorder) async throws -> TriageResult {
        let found = try await steps.step("similar") {
            try await tools.similar(run.scope, input.title, input.description)
        }
        let reply = try await steps.step("reply") {
            try await tools.answer(run, Self.question(input))
        }
        let ballot = Ballot(found.neighbours)
        return TriageResult(
            runID: run.id,
            category: ballot.winner(\.category),
            priority: ballot.winner(\.priority),
            group: ballot.winner(\.group),
            similar: found.similar(limit: input.limit ?? Self.defaultSimilar),
            reply: FirstReply.compose(answer: reply, similar: found.neighbours))
    }

    static func question(_ input: TriageRequest) -> AnswerRequest {
        let description = String(input.description.prefix(questionCharacters))
        return AnswerRequest(question: "\(input.title)\n\(description)", knowledgeBase: input.knowledgeBase)
    }
}
