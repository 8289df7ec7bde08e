import ServiceKit

/// Where vectors can be compared: those of one tenant that one model of one provider made with the same parameters.
///
/// It names the model that answers and not the name that was asked for, so an alias and its model find the same vectors,
/// and those of a fallback are never mixed with those of the model that it stands in for.
struct EmbeddingSpace: Sendable {
    private let scope: TenantScope
    private let parts: [[UInt8]]

    /// - Parameter revision: As for ``CacheKey``.
    init(_ texts: EmbeddingTexts, at target: ModelTarget, revision: Int64, in scope: TenantScope) {
        self.scope = scope
        parts = [
            Array("\(target.provider.id)".utf8), Array(target.model.utf8), Array(String(revision).utf8), texts.variant,
        ]
    }

    func key(of item: [UInt8]) -> CacheKey {
        CacheKey(.embedding, parts + [item], in: scope)
    }

    /// What requests must have in common to share a call to the provider.
    ///
    /// - Parameter attempt: Callers that have failed elsewhere have less time left than those that begin.
    func lane(areTokens: Bool, attempt: Int) -> CacheKey {
        CacheKey(.lane, parts + [[areTokens ? 1 : 0, UInt8(truncatingIfNeeded: attempt)]], in: scope)
    }
}
