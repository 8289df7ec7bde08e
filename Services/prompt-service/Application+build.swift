import Hummingbird
import ServiceKit

extension App {
    /// All wiring of this service.
    static func build(_ parts: ServiceParts) async throws -> Router<ServiceRequestContext> {
        let library = PromptLibrary(store: TemplateStore(pool: parts.pool))
        let log = PromptLog(journal: parts.journal)
        let router = parts.makeRouter()
        let tenant = router.group("v1", context: CallerContext.self)
        PromptRoutes(library: library, log: log).add(to: tenant)
        VersionRoutes(library: library, log: log).add(to: tenant)
        return router
    }
}
