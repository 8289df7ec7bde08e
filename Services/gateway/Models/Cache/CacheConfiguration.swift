import ServiceKit

/// How much of this process the caches of model answers may take, and whether gateways share them.
///
/// ## Configuration keys
/// - `MODEL_CACHE_BYTES` (default `67108864`): of kept answers in memory, of all tenants together; embeddings have as
///   much again, and so have answers that are found by likeness. Only tenants that switched their cache on take any of it.
/// - `MODEL_CACHE_SHARED` (default `false`): keeps answers in Redis too, sealed, so that all gateways find them. Off by
///   default, since what customers were told then rests outside of the gateway.
struct CacheConfiguration: Sendable {
    var maximumBytes = AnswerCache.defaultMaximumBytes
    var isShared = false

    init() {}

    init(_ settings: Settings) throws(SettingsError) {
        maximumBytes = try settings.integer(
            "MODEL_CACHE_BYTES", default: maximumBytes, in: 0...(1 << 40))
        isShared = try settings.boolean("MODEL_CACHE_SHARED", default: isShared)
    }
}
