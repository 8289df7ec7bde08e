import Contracts
import CurlClient
import Foundation
import Hummingbird
import HummingbirdCore
import Logging
import Metrics
import NIOCore
import Observability
import Postgres
import Reactor
import ServiceLifecycle
import UnixSignals

/// Makes the parts, builds the service and runs it until it is told to stop.
///
/// ## Configuration keys
/// - `EGRESS_ALLOW` (default none): internal addresses that URLs of tenants and providers may name all the same:
///   `loopback`, `10.0.0.0/8`, `host:port`.
struct ServiceRuntime<Definition: ServiceDefinition> {
    let settings: Settings

    func run() async throws {
        let logger = try ServiceLog.make(settings, service: Definition.name)
        defer { LogSink.standardOutput.flush() }
        let parts = try makeParts(logger: logger)
        let router = try await Definition.build(parts)
        try settings.checkUnknown()
        parts.finish(router)
        try await serve(router, parts)
        logger.info("stopped")
    }

    private func makeParts(logger: Logger) throws -> ServiceParts {
        let name = Definition.name
        let database = try DatabaseSettings(settings)
        let trust = try TrustSettings(settings)
        let http = try HTTPSettings(settings, service: name)
        let journalSettings = try JournalSettings(settings, service: name)
        let egress = try egressPolicy()
        let urls = try PeerSettings(settings).urls
        let metrics = MetricsRegistry()
        MetricsSystem.bootstrap(PrometheusMetricsFactory(registry: metrics))
        let reactor = try Reactor(name: "drivers")
        let signer = TrustSigner(service: name, key: trust.key)
        let peerClient = CurlClient(
            configuration: CurlConfiguration(egress: .unrestricted), reactor: reactor, logger: logger)
        let parts = ServiceParts(
            name: name, config: settings, logger: logger, metrics: metrics, reactor: reactor,
            pool: PostgresPool(configuration: database.configuration, reactor: reactor, logger: logger),
            journal: try Journal(settings: journalSettings, metrics: metrics, logger: logger),
            httpClient: CurlClient(
                configuration: CurlConfiguration(egress: egress), reactor: reactor, logger: logger),
            serviceClient: ServiceClient(signer: signer, urls: urls, http: peerClient, metrics: metrics),
            signer: signer, verifier: TrustVerifier(audience: name, peers: trust.peers), health: HealthChecks(),
            http: http)
        try addHealthChecks(to: parts)
        PoolMetrics.register(parts.pool, in: metrics)
        ProcessMetrics.register(in: metrics, service: name)
        return parts
    }

    private func egressPolicy() throws(SettingsError) -> EgressPolicy {
        do {
            return try EgressPolicy(allowing: settings.list("EGRESS_ALLOW"))
        } catch {
            throw SettingsError("EGRESS_ALLOW", "\(error)")
        }
    }

    private func addHealthChecks(to parts: ServiceParts) throws {
        let url = try settings.secret("DATABASE_URL")
        // Read here too, so that one file of settings serves `serve` and `migrate`.
        _ = settings.optionalSecret("MIGRATION_DATABASE_URL")
        let runner = try MigrationRunner(
            url: url, schema: Definition.name.schema, migrations: Definition.migrations, logger: parts.logger)
        let database = DatabaseHealth(pool: parts.pool, runner: runner)
        parts.health.add("postgres") { await database.reachability() }
        if !Definition.migrations.isEmpty { parts.health.add("migrations") { await database.migrations() } }
        let journal = parts.journal
        parts.health.add("journal") { journal.health }
    }

    /// The order is that of starting; stopping goes backwards, so requests end before workers, and both before the
    /// journal and the pool they use.
    private func serve(_ router: Router<ServiceRequestContext>, _ parts: ServiceParts) async throws {
        let pool = parts.pool
        let journal = parts.journal
        var services: [any Service] = [
            CancellableService { try await pool.run() },
            CancellableService { try await journal.run(shippingThrough: parts.serviceClient) },
        ]
        services += parts.backgroundWorkers
        services.append(application(router, parts))
        services.append(ShutdownNotice(health: parts.health))
        var configuration = ServiceGroupConfiguration(
            services: services, gracefulShutdownSignals: [.sigterm, .sigint], logger: parts.logger)
        configuration.maximumGracefulShutdownDuration = parts.http.shutdownTimeout
        try await ServiceGroup(configuration: configuration).run()
        await parts.httpClient.shutdown()
    }

    private func application(
        _ router: Router<ServiceRequestContext>, _ parts: ServiceParts
    ) -> some ApplicationProtocol {
        let http = parts.http
        let logger = parts.logger
        let idle = TimeAmount.nanoseconds(Int64(http.idleTimeout / .nanoseconds(1)))
        return Application(
            router: router,
            server: .http1(configuration: .init(idleTimeout: idle)),
            configuration: ApplicationConfiguration(
                address: .hostname(http.host, port: http.port), serverName: nil,
                availableConnectionsDelegate: MaximumAvailableConnections(http.maximumConnections)),
            onServerRunning: { channel in
                logger.info(
                    "listening",
                    metadata: [
                        "host": .string(http.host), "port": .stringConvertible(channel.localAddress?.port ?? http.port),
                    ])
            },
            logger: logger)
    }
}

/// Work that ends when its task is cancelled, made to end at graceful shutdown.
struct CancellableService: Service {
    let work: @Sendable () async throws -> Void

    func run() async throws {
        try await cancelWhenGracefulShutdown {
            do {
                try await work()
            } catch is CancellationError {
                return
            }
        }
    }
}

/// The first to hear of the shutdown: from then on `/readyz` says no.
struct ShutdownNotice: Service {
    let health: HealthChecks

    func run() async throws {
        try? await gracefulShutdown()
        health.beginShutdown()
    }
}
