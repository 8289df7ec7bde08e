package import Contracts
import CurlClient
package import Logging
package import Observability
package import Postgres
package import Reactor
import Redis

/// Makes the parts of a service from its settings. `serve` and tests go through here alike.
///
/// ## Configuration keys
/// - `EGRESS_ALLOW` (default none): internal addresses that URLs of tenants and providers may name all the same:
///   `loopback`, `10.0.0.0/8`, `host:port`.
package enum ServiceAssembly {
    /// - Throws: `SettingsError` for a setting that is missing or invalid. Nothing is connected yet.
    package static func parts(
        name: ServiceName, migrations: [Migration], settings: Settings, logger: Logger, metrics: MetricsRegistry,
        reactor: Reactor
    ) throws -> ServiceParts {
        let database = try DatabaseSettings(settings)
        let redis = try RedisSettings(settings).configuration.map {
            RedisClient(configuration: $0, reactor: reactor, logger: logger)
        }
        let trust = try TrustSettings(settings)
        let http = try HTTPSettings(settings, service: name)
        let journal = try JournalSettings(settings, service: name)
        let egress = try egressPolicy(settings)
        let urls = try PeerSettings(settings).urls
        let signer = TrustSigner(service: name, key: trust.key)
        let peerClient = CurlClient(
            configuration: CurlConfiguration(egress: .unrestricted), reactor: reactor, logger: logger)
        let parts = ServiceParts(
            name: name, config: settings, logger: logger, metrics: metrics, reactor: reactor,
            pool: PostgresPool(configuration: database.configuration, reactor: reactor, logger: logger),
            redis: redis, journal: try Journal(settings: journal, metrics: metrics, logger: logger),
            httpClient: CurlClient(
                configuration: CurlConfiguration(egress: egress), reactor: reactor, logger: logger),
            serviceClient: ServiceClient(signer: signer, urls: urls, http: peerClient, metrics: metrics),
            signer: signer, verifier: TrustVerifier(audience: name, peers: trust.peers), health: HealthChecks(),
            http: http)
        addHealthChecks(to: parts, migrations: migrations, settings: settings)
        PoolMetrics.register(parts.pool, in: metrics)
        return parts
    }

    private static func egressPolicy(_ settings: Settings) throws(SettingsError) -> EgressPolicy {
        do {
            return try EgressPolicy(allowing: settings.list("EGRESS_ALLOW"))
        } catch {
            throw SettingsError("EGRESS_ALLOW", "\(error)")
        }
    }

    private static func addHealthChecks(
        to parts: ServiceParts, migrations: [Migration], settings: Settings
    ) {
        // Read here too, so that one file of settings serves `serve` and `migrate`.
        _ = settings.optionalSecret("MIGRATION_DATABASE_URL")
        let database = DatabaseHealth(pool: parts.pool, schema: parts.name.schema, migrations: migrations)
        parts.health.add("postgres") { await database.reachability() }
        if !migrations.isEmpty { parts.health.add("migrations") { await database.migrations() } }
        if let redis = parts.redis {
            parts.health.add("redis") { redis.isReady ? .ok : .degraded("Redis does not answer") }
            parts.metrics.gauge("redis_up", help: "1 while Redis takes commands.") { redis.isReady ? 1 : 0 }
        }
        let journal = parts.journal
        parts.health.add("journal") { journal.health }
    }
}
