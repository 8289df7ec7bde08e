import Contracts
import HTTPTypes
import ServiceKit

/// What the caches may do for one call of a tenant that has switched them on.
struct CacheUse: Sendable {
    let settings: CacheSettings
    /// The request wants a new answer, which is then kept.
    let refreshes: Bool
    /// Of the whole answer, and of the events that this client would get.
    let whole: CacheKey
    let stream: CacheKey
    /// For a request that may be answered by likeness, where the tenant chose that.
    let question: SemanticQuestion?
    let similarity: Double
    /// With which of the tenant's models questions are compared.
    let embeddingModel: String?

    /// Nil when the tenant keeps nothing, the request wants no part in it, or it is for embeddings, which have a cache
    /// of their own.
    init?(_ call: ModelCall, _ fields: HTTPFields, of profile: TenantProfile) {
        guard let settings = profile.cache, call.kind == .chat else { return nil }
        let directive = CacheDirective(fields)
        guard directive != .bypass else { return nil }
        let request = call.request
        guard
            let whole = try? CacheKey(
                answerTo: request.body, dialect: request.dialect.rawValue, revision: profile.revision,
                in: profile.scope)
        else { return nil }
        self.settings = settings
        self.whole = whole
        refreshes = directive == .refresh
        stream = whole.form(request.streamOptions?.includesUsage == true ? "stream with usage" : "stream")
        let semantic = profile.settings.cache.semantic
        similarity = semantic?.similarity ?? 1
        embeddingModel = semantic?.embeddingModel
        question =
            semantic == nil
            ? nil
            : SemanticQuestion(
                request.body, dialect: request.dialect.rawValue, revision: profile.revision, in: profile.scope)
    }
}
