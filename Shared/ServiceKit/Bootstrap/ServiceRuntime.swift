import Contracts
import CurlClient
import Hummingbird
import HummingbirdCore
import Logging
import Metrics
import NIOCore
import Observability
import Reactor
import ServiceLifecycle
import UnixSignals

/// Makes the parts, builds the service and runs it until it is told to stop.
struct ServiceRuntime<Definition: ServiceDefinition> {
    let settings: Settings

    func run() async throws {
        let logger = try ServiceLog.make(settings, service: Definition.name)
        defer { LogSink.standardOutput.flush() }
        let metrics = MetricsRegistry()
        MetricsSystem.bootstrap(PrometheusMetricsFactory(registry: metrics))
        ProcessMetrics.register(in: metrics, service: Definition.name)
        let parts = try ServiceAssembly.parts(
            name: Definition.name, migrations: Definition.migrations, settings: settings, logger: logger,
            metrics: metrics, reactor: try Reactor(name: "drivers"))
        let router = try await Definition.build(parts)
        try settings.checkUnknown()
        parts.finish(router)
        try await serve(router, parts)
        logger.info("stopped")
    }

    /// The order is that of starting; stopping goes backwards, so requests end before workers, and both before the
    /// journal and the pool they use.
    private func serve(_ router: Router<ServiceRequestContext>, _ parts: ServiceParts) async throws {
        let journal = parts.journal
        var services = parts.connections
        services.append(CancellableService { try await journal.run(shippingThrough: parts.serviceClient) })
        services += parts.backgroundWorkers
        let answers = DirectAnswers()
        services.append(answers)
        services.append(application(router, parts, answers))
        services.append(ShutdownNotice(health: parts.health))
        var configuration = ServiceGroupConfiguration(
            services: services, gracefulShutdownSignals: [.sigterm, .sigint], logger: parts.logger)
        configuration.maximumGracefulShutdownDuration = parts.http.shutdownTimeout
        try await ServiceGroup(configuration: configuration).run()
        await parts.httpClient.shutdown()
    }

    private func application(
        _ router: Router<ServiceRequestContext>, _ parts: ServiceParts, _ answers: DirectAnswers
    ) -> some ApplicationProtocol {
        let http = parts.http
        let logger = parts.logger
        let direct = parts.directResponder.map {
            DirectService(
                responder: $0, answers: answers, observer: parts.observer, idleTimeout: http.idleTimeout,
                logger: logger)
        }
        return Application(
            router: router,
            server: HTTPServerBuilder { responder in
                ServiceChannel(
                    responder: responder, idleTimeout: http.idleTimeout, isLoopBound: Definition.servesOnEventLoops,
                    direct: direct)
            },
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
