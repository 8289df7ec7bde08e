import Contracts
import Hummingbird
import ServiceKit

extension App {
    /// All wiring of this service.
    static func build(_ parts: ServiceParts) async throws -> Router<ServiceRequestContext> {
        let tickets = TicketStore(pool: parts.pool)
        let runs = RunStore(pool: parts.pool, worker: "\(RunID())")
        let executor = RunExecutor(
            runs: runs, workflow: TriageWorkflow(tools: tools(tickets, parts)),
            evidence: RunEvidence(journal: parts.journal), logger: parts.logger)
        parts.addBackground("runs") { try await executor.run() }

        let router = parts.makeRouter()
        let tenant = router.group("v1", context: CallerContext.self)
        TicketRoutes(tickets: tickets).add(to: tenant)
        TriageRoutes(executor: executor).add(to: tenant)
        RunRoutes(runs: runs).add(to: tenant)
        return router
    }

    private static func tools(_ tickets: TicketStore, _ parts: ServiceParts) -> TriageTools {
        let knowledge = KnowledgeClient(services: parts.serviceClient)
        return TriageTools(
            similar: { scope, title, description in
                try await tickets.similar(
                    to: TicketText.distinctTerms(title: title, description: description), limit: Ballot.voters,
                    in: scope)
            },
            answer: { run, request in try await knowledge.answer(request, for: run) })
    }
}
