import Contracts
import Foundation
import HTTPTypes
import Hummingbird
import ServiceKit

/// Operators on the configuration of a tenant: `/admin/v1/tenants/{id}/config`.
struct AdminConfigurationRoutes: Sendable {
    let tenants: TenantStorage
    let configurations: ConfigurationStorage
    let log: OperatorLog

    func add(to group: RouterGroup<ServiceRequestContext>) {
        group.get("tenants/:id/config", use: show)
        group.put("tenants/:id/config", use: put)
    }

    private func show(_ request: Request, _ context: ServiceRequestContext) async throws -> Response {
        let act = OperatorAct(tenant: try context.identifier(), action: "config.read", context: context)
        guard try await tenants.find(in: act.scope) != nil else { throw APIError.notFound("tenant") }
        return try Self.answer(try await configurations.current(in: act.scope))
    }

    private func put(_ request: Request, _ context: ServiceRequestContext) async throws -> Response {
        let act = OperatorAct(tenant: try context.identifier(), action: "config.put", context: context)
        try request.requireContentType("application/json")
        let body = try await request.collectBytes(maximumBytes: BodyLimit.small)
        let config = try Self.configuration(body)
        guard try await tenants.find(in: act.scope) != nil else { throw APIError.notFound("tenant") }
        let (version, changedAt) = try await configurations.put(
            String(decoding: body, as: UTF8.self), expected: Self.expected(request), in: act.scope)
        try await log.record(act, target: "config:\(version)")
        return try Self.answer(TenantConfigurationVersion(version: version, changedAt: changedAt, config: config))
    }

    private static func answer(_ version: TenantConfigurationVersion) throws -> Response {
        try .json(version, headers: [.eTag: "\"\(version.version)\""])
    }

    /// - Throws: 400 for what is not JSON, 422 naming every field that is wrong.
    static func configuration(_ body: [UInt8]) throws(APIError) -> TenantConfiguration {
        let document: TenantConfiguration = try DocumentBody.decode(body)
        let problems = TenantConfigurationRules.problems(of: document)
        guard problems.isEmpty else { throw DocumentBody.invalid(problems) }
        return document
    }

    /// The versions that `If-Match` names (RFC 9110 §13.1.1); nil for any. What is not one of our tags matches none.
    private static func expected(_ request: Request) -> [Int64]? {
        guard let header = request.headers[.ifMatch] else { return nil }
        let tags = header.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
        guard !tags.contains("*") else { return nil }
        return tags.compactMap { tag in
            tag.count > 2 && tag.first == "\"" && tag.last == "\"" ? Int64(tag.dropFirst().dropLast()) : nil
        }
    }
}
