import Contracts
import CurlClient
import Hummingbird
import ServiceKit

extension App {
    static func build(_ parts: ServiceParts) async throws -> Router<ServiceRequestContext> {
        let journalPath = try JournalSettings(parts.config, service: name).path
        let configuration = try Configuration(parts.config, journalPath: journalPath)
        let access = Access(parts, configuration)
        let proxy = ServiceProxy(
            client: CurlClient(
                configuration: CurlConfiguration(egress: .unrestricted), reactor: parts.reactor, logger: parts.logger),
            signer: parts.signer, urls: try PeerSettings(parts.config).urls)
        let router = parts.makeRouter(
            largestBody: Int(configuration.batches.limits.fileBytes + FileUpload.formBytes))
        DescriptionRoutes().add(to: router)
        let register = try CallRegister(path: journalPath + ".calls")
        let recorder = CallRecorder(journal: parts.journal)
        try await recorder.recordUnfinished(register)
        let models = models(parts, configuration, access, recorder, register)
        let authentication = Authentication(
            keys: access.keys, tenants: access.tenants, limiter: RequestRateLimiter())
        addTenantRoutes(
            to: router, authentication, models, batches(parts, configuration, access, models), proxy)
        parts.answerDirectly(
            by: ModelResponder(authentication: authentication, gateway: models, logger: parts.logger))
        addAdminRoutes(to: router, parts, configuration, access, models.prices, proxy)
        return router
    }

    /// Everything by which the gateway knows tenants and keys.
    private struct Access {
        let tenantStorage: TenantStorage
        let keyStorage: APIKeyStorage
        let providerStorage: ProviderStorage
        let configurationStorage: ConfigurationStorage
        let catalogueStorage: CatalogueStorage
        /// How the models' targets fare, as this gateway sees it.
        let health: HealthBoard
        let tenants: TenantDirectory
        let keys: KeyDirectory
        /// Answers of models that are kept for tenants.
        let caches: ModelCaches

        init(_ parts: ServiceParts, _ configuration: Configuration) {
            tenantStorage = TenantStorage(pool: parts.pool)
            keyStorage = APIKeyStorage(pool: parts.pool)
            providerStorage = ProviderStorage(
                pool: parts.pool, keyring: configuration.keyring, logger: parts.logger)
            configurationStorage = ConfigurationStorage(pool: parts.pool)
            catalogueStorage = CatalogueStorage(pool: parts.pool)
            health = HealthBoard(metrics: parts.metrics)
            let changes = ChangeFollower(pool: parts.pool, logger: parts.logger)
            let catalogue = CatalogueDirectory(storage: catalogueStorage, changes: changes)
            let tenants = TenantDirectory(
                tenants: tenantStorage, providers: providerStorage, configurations: configurationStorage,
                catalogue: catalogue, changes: changes)
            let keys = KeyDirectory(storage: keyStorage, changes: changes, pepper: configuration.pepper)
            let caches = ModelCaches(
                configuration.caches, redis: parts.redis, keyring: configuration.keyring, registry: parts.metrics,
                logger: parts.logger)
            self.tenants = tenants
            self.keys = keys
            self.caches = caches
            parts.addBackground("changes") {
                try await changes.run { change in
                    catalogue.forget(change)
                    tenants.forget(change)
                    keys.forget(change)
                    caches.forget(change)
                }
            }
        }
    }

    private static func models(
        _ parts: ServiceParts, _ configuration: Configuration, _ access: Access, _ recorder: CallRecorder,
        _ register: CallRegister
    ) -> ModelGateway {
        let billing = BillingClient(services: parts.serviceClient, replica: configuration.replicaName)
        let budgets = BudgetAuthority(billing: billing, logger: parts.logger)
        let prices = PriceTableCache(billing: billing, logger: parts.logger)
        let journal = parts.journal
        let checks = TargetChecks(board: access.health, client: parts.httpClient, logger: parts.logger)
        parts.addBackground("target checks") { try await checks.run() }
        parts.addBackground("prices") { try await prices.run() }
        parts.addBackground("leases") {
            try await budgets.run { try journal.hasShippedEarlierRuns(.usage) }
        }
        return ModelGateway(
            tenants: access.tenants, admission: ModelAdmission(metrics: parts.metrics),
            router: ModelRouter(health: access.health), caches: access.caches, budgets: budgets, prices: prices,
            recorder: recorder, register: register, client: parts.httpClient, timeouts: configuration.timeouts)
    }

    /// The routes of files and batches.
    private struct Batches {
        let files: FileRoutes
        let batches: BatchRoutes
    }

    private static func batches(
        _ parts: ServiceParts, _ configuration: Configuration, _ access: Access, _ models: ModelGateway
    ) -> Batches {
        let files = FileStore(pool: parts.pool)
        let tenants = access.tenants
        let worker = BatchWorker(
            queue: BatchQueue(pool: parts.pool), files: files,
            runner: GatewayLineRunner(gateway: models, logger: parts.logger),
            isActive: { try await tenants.profile(in: $0)?.status == .active },
            metrics: BatchMetrics(registry: parts.metrics), logger: parts.logger, settings: configuration.batches)
        parts.addBackground("batches") { try await worker.run() }
        let log = BatchLog(journal: parts.journal)
        return Batches(
            files: FileRoutes(files: files, log: log, limits: configuration.batches.limits),
            batches: BatchRoutes(batches: BatchStore(pool: parts.pool), log: log))
    }

    private static func addTenantRoutes(
        to router: Router<ServiceRequestContext>, _ authentication: Authentication, _ models: ModelGateway,
        _ batches: Batches, _ proxy: ServiceProxy
    ) {
        let authentication = AuthenticationMiddleware(authentication: authentication)
        let routes = ModelRoutes(gateway: models)
        let openAI = router.group("v1").add(middleware: DialectErrorMiddleware(OpenAIChatDialect.self))
            .add(middleware: authentication)
        routes.addOpenAI(to: openAI.group(context: CallerContext.self))
        batches.files.add(to: openAI.group(context: CallerContext.self))
        batches.batches.add(to: openAI.group(context: CallerContext.self))
        let anthropic = router.group("v1").add(middleware: DialectErrorMiddleware(AnthropicMessagesDialect.self))
            .add(middleware: authentication)
        routes.addAnthropic(to: anthropic.group(context: CallerContext.self))
        let own = router.group("v1").add(middleware: authentication)
        ServiceRoutes(proxy: proxy).add(to: own.group(context: CallerContext.self))
    }

    private static func addAdminRoutes(
        to router: Router<ServiceRequestContext>, _ parts: ServiceParts, _ configuration: Configuration,
        _ access: Access, _ prices: PriceTableCache, _ proxy: ServiceProxy
    ) {
        let answers = OperatorAnswers(pool: parts.pool, keyring: configuration.keyring)
        let group = router.group("admin/v1").add(middleware: AdminMiddleware(key: configuration.adminKey))
            .add(middleware: OperatorIdempotencyMiddleware(answers: answers))
        let log = OperatorLog(journal: parts.journal)
        AdminTenantRoutes(tenants: access.tenantStorage, log: log).add(to: group)
        AdminKeyRoutes(
            tenants: access.tenantStorage, keys: access.keyStorage, directory: access.keys, log: log
        ).add(to: group)
        AdminProviderRoutes(
            tenants: access.tenantStorage, providers: access.providerStorage,
            addresses: ProviderAddressCheck(client: parts.httpClient), log: log
        ).add(to: group)
        AdminConfigurationRoutes(
            tenants: access.tenantStorage, configurations: access.configurationStorage, log: log
        ).add(to: group)
        AdminConfigurationHistoryRoutes(
            tenants: access.tenantStorage, configurations: access.configurationStorage
        ).add(to: group)
        AdminCatalogueRoutes(catalogue: access.catalogueStorage, prices: prices).add(to: group)
        AdminHealthRoutes(
            tenants: access.tenantStorage, providers: access.providerStorage, health: access.health
        ).add(to: group)
        AdminBillingRoutes(proxy: proxy).add(to: group)
    }
}
