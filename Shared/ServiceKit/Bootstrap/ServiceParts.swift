package import Contracts
package import CurlClient
package import Hummingbird
package import Logging
package import Observability
package import Postgres
package import Reactor
package import Redis
package import ServiceLifecycle
import Synchronization

/// What ServiceKit has ready for a service: `build` takes from here and wires.
package final class ServiceParts: Sendable {
    package let name: ServiceName
    /// For the service's own keys. Read all of them in `build`, so that a wrong one stops the start.
    package let config: Settings
    package let logger: Logger
    package let metrics: MetricsRegistry
    package let reactor: Reactor
    /// Connections in the role of the service. Usable at once; while PostgreSQL is away queries throw and the request
    /// is answered 503.
    package let pool: PostgresPool
    /// Nil where no Redis is configured. While it is away commands throw: go on without it.
    package let redis: RedisClient?
    package let journal: Journal
    /// For URLs that tenants or providers choose: guarded by the egress policy.
    package let httpClient: CurlClient
    /// For the other five services.
    package let serviceClient: ServiceClient
    package let signer: TrustSigner
    package let verifier: TrustVerifier
    package let health: HealthChecks
    let http: HTTPSettings
    let routes = RouteTableBox()
    let observer: RequestObserver
    private let direct = Mutex<(any DirectResponder)?>(nil)
    private let workers = Mutex<[BackgroundWorker]>([])

    package init(
        name: ServiceName, config: Settings, logger: Logger, metrics: MetricsRegistry, reactor: Reactor,
        pool: PostgresPool, redis: RedisClient?, journal: Journal, httpClient: CurlClient, serviceClient: ServiceClient,
        signer: TrustSigner, verifier: TrustVerifier, health: HealthChecks, http: HTTPSettings
    ) {
        self.name = name
        self.config = config
        self.logger = logger
        self.metrics = metrics
        self.reactor = reactor
        self.pool = pool
        self.redis = redis
        self.journal = journal
        self.httpClient = httpClient
        self.serviceClient = serviceClient
        self.signer = signer
        self.verifier = verifier
        self.health = health
        self.http = http
        observer = RequestObserver(
            metrics: RequestMetrics(registry: metrics, service: name.rawValue), accessLog: http.accessLog)
    }

    /// A router with the middleware that every service has, and `/healthz`, `/readyz`, `/metrics`.
    ///
    /// - Parameter largestBody: What the one route that takes more than `HTTP_MAXIMUM_BODY_BYTES` may be sent. Every
    ///   route bounds what it reads itself.
    package func makeRouter(largestBody: Int = 0) -> Router<ServiceRequestContext> {
        let router = Router(context: ServiceRequestContext.self, options: .autoGenerateHeadEndpoints)
        router.add(middleware: ObservationMiddleware(observer: observer, verifier: verifier))
        router.add(
            middleware: ErrorMiddleware(
                routes: routes, failures: FailureCounters(registry: metrics, service: name.rawValue)))
        router.add(middleware: BodyLimitMiddleware(maximumBytes: max(http.maximumBodyBytes, largestBody)))
        HealthRoutes(checks: health, metrics: metrics).add(to: router)
        return router
    }

    /// Runs `work` for the life of the service. When it throws it is logged, counted and started again after a
    /// backoff; at shutdown its task is cancelled, after the last request and before the pool is closed.
    package func addBackground(_ name: String, _ work: @escaping @Sendable () async throws -> Void) {
        workers.withLock { $0.append(BackgroundWorker(name: name, logger: logger, metrics: metrics, work: work)) }
    }

    /// Lets `responder` answer the requests that it takes before the HTTP server sees them.
    package func answerDirectly(by responder: any DirectResponder) {
        direct.withLock { $0 = responder }
    }

    var directResponder: (any DirectResponder)? { direct.withLock { $0 } }

    /// What keeps the drivers connected.
    package var connections: [any Service] {
        let pool = pool
        var services: [any Service] = [CancellableService { try await pool.run() }]
        if let redis { services.append(CancellableService { try await redis.run() }) }
        return services
    }

    package var backgroundWorkers: [any Service] { workers.withLock { $0 } }

    /// To be called when `build` has returned: from now on 405 knows the routes.
    package func finish(_ router: Router<ServiceRequestContext>) {
        routes.fill(RouteTable(router))
    }
}
