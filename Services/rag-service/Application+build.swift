import Hummingbird
import ServiceKit

extension App {
    /// All wiring of the service.
    static func build(_ parts: ServiceParts) async throws -> Router<ServiceRequestContext> {
        let configuration = try Configuration(parts.config)
        let embedder = Embedder(client: parts.serviceClient)
        let retriever = Retriever(
            store: SearchStore(pool: parts.pool), embedder: embedder,
            metrics: RetrievalMetrics(registry: parts.metrics), logger: parts.logger)
        let worker = IngestionWorker(
            store: IngestionStore(pool: parts.pool), embedder: embedder, journal: parts.journal,
            metrics: IngestionMetrics(registry: parts.metrics), logger: parts.logger,
            settings: configuration.ingestion)
        parts.addBackground("ingestion") { try await worker.run() }

        let router = parts.makeRouter()
        let tenant = router.group(context: CallerContext.self)
        DocumentRoutes(
            store: DocumentStore(pool: parts.pool),
            reader: DocumentRequestReader(limits: configuration.limits), journal: parts.journal
        ).add(to: tenant)
        SearchRoutes(retriever: retriever, journal: parts.journal).add(to: tenant)
        AnswerRoutes(answerer: answerer(parts, retriever)).add(to: tenant)
        SettingsRoutes(store: SettingsStore(pool: parts.pool), journal: parts.journal).add(to: tenant)
        return router
    }

    private static func answerer(_ parts: ServiceParts, _ retriever: Retriever) -> Answerer {
        Answerer(
            retriever: retriever, models: ModelCatalog(client: parts.serviceClient, logger: parts.logger),
            prompts: PromptRenderer(client: parts.serviceClient, logger: parts.logger),
            chat: ChatModel(client: parts.serviceClient), record: AnswerRecord(journal: parts.journal),
            logger: parts.logger)
    }
}
