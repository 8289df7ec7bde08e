import Contracts
import Foundation
import Hummingbird
import HummingbirdTesting
import Logging
import Observability
package import ServiceKit
import ServiceLifecycle

/// Runs `body` against a whole service without a socket: its real router, settings, pool and journal.
///
/// ```swift
/// try await withTestDatabase { database in
///     try await withService(RagService.App.self, databaseURL: database.url(role: "rag")) { service in
///         let answer = try await service.call("GET", "/v1/documents", as: TestTrust.caller(tenant))
///         #expect(answer.status == 200)
///     }
/// }
/// ```
///
/// - Parameters:
///   - databaseURL: Nil for a service whose PostgreSQL cannot be reached.
///   - settings: The service's own keys, and any that shall differ from the harness's.
///   - runsWorkers: Whether background workers run too. The journal is kept but not shipped: see
///     `ServiceTestClient.journal`.
package func withService<Definition: ServiceDefinition, Value: Sendable>(
    _ definition: Definition.Type, databaseURL: String? = nil, settings: [String: String] = [:],
    runsWorkers: Bool = false, _ body: @escaping @Sendable (ServiceTestClient) async throws -> Value
) async throws -> Value {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("asterism-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    var environment = try TestTrust.settings(of: Definition.name)
    environment["DATABASE_URL"] = databaseURL ?? "postgres://nobody@127.0.0.1:1/none"
    environment["JOURNAL_PATH"] = folder.appendingPathComponent("journal").path
    environment["ACCESS_LOG"] = "off"
    environment.merge(settings) { $1 }
    let parts = try ServiceAssembly.parts(
        name: Definition.name, migrations: Definition.migrations, settings: Settings(environment: environment),
        logger: quietLogger(), metrics: MetricsRegistry(), reactor: try SharedReactor.get())
    let router = try await Definition.build(parts)
    parts.finish(router)
    let routes = RouteTable(router).routes
    let services = parts.connections + (runsWorkers ? parts.backgroundWorkers : [])
    let application = Application(router: router, services: services, logger: parts.logger)
    let value = try await application.test(.router) { client in
        try await body(ServiceTestClient(service: Definition.name, parts: parts, routes: routes, client: client))
    }
    try parts.journal.close()
    return value
}

private func quietLogger() -> Logger {
    var logger = Logger(label: "test")
    logger.logLevel = .critical
    return logger
}
