import Contracts
import Foundation
import Hummingbird
import Logging
import ServiceKit

/// Operators on the catalogue of models: `/admin/v1/models`. The prices shown beside it are those of the price book.
struct AdminCatalogueRoutes: Sendable {
    let catalogue: CatalogueStorage
    let prices: PriceTableCache

    private static let tokens: ClosedRange<Int64> = 1...1_000_000_000

    func add(to group: RouterGroup<ServiceRequestContext>) {
        group.get("models", use: list)
        group.get("models/**", use: show)
        group.put("models/**", use: put)
        group.delete("models/**", use: delete)
    }

    private func list(_ request: Request, _ context: ServiceRequestContext) async throws -> Response {
        let page = try PageRequest(request)
        let after = try page.position(String.self)
        let prices = await prices.current()
        // Sorted here, as the position is compared here: the database's collation is another.
        let models = try await catalogue.list().sorted { $0.name < $1.name }
        let rest = models.filter { model in after.map { model.name > $0 } ?? true }
        let rows = rest.prefix(page.limit + 1).map { Self.description($0.name, $0.entry, prices) }
        return try .json(try Page(reading: rows, limit: page.limit) { $0.name })
    }

    private func show(_ request: Request, _ context: ServiceRequestContext) async throws -> Response {
        let name = try Self.name(context)
        guard let entry = try await catalogue.find(name) else { throw APIError.notFound("model") }
        return try .json(Self.description(name, entry, await prices.current()))
    }

    private func put(_ request: Request, _ context: ServiceRequestContext) async throws -> Response {
        let name = try Self.name(context)
        try request.requireContentType("application/json")
        let entry: CatalogueEntry = try DocumentBody.decode(
            try await request.collectBytes(maximumBytes: BodyLimit.small))
        let problems = Self.problems(name, entry)
        guard problems.isEmpty else { throw DocumentBody.invalid(problems) }
        try await catalogue.put(entry, named: name)
        // No tenant's audit log is the place for what concerns all of them.
        context.logger.notice("catalogue entry put", metadata: ["model": .string(name)])
        return try .json(Self.description(name, entry, await prices.current()))
    }

    private func delete(_ request: Request, _ context: ServiceRequestContext) async throws -> Response {
        let name = try Self.name(context)
        guard try await catalogue.delete(name) else { throw APIError.notFound("model") }
        context.logger.notice("catalogue entry deleted", metadata: ["model": .string(name)])
        return .noContent
    }

    /// Models of some vendors have slashes in their names.
    private static func name(_ context: ServiceRequestContext) throws(APIError) -> String {
        let name = context.parameters.getCatchAll().joined(separator: "/").removingPercentEncoding ?? ""
        guard TenantConfigurationRules.problem(withName: name) == nil else { throw .notFound("model") }
        return name
    }

    private static func problems(_ name: String, _ entry: CatalogueEntry) -> [Problem.FieldError] {
        var problems: [Problem.FieldError] = []
        for (field, count) in [
            ("context_tokens", entry.contextTokens), ("maximum_answer_tokens", entry.maximumAnswerTokens),
        ] {
            guard let count, !tokens.contains(count) else { continue }
            problems.append(.init(field: field, detail: "must be from 1 to \(tokens.upperBound)"))
        }
        if let successor = entry.successor, let problem = TenantConfigurationRules.problem(withName: successor) {
            problems.append(.init(field: "successor", detail: problem))
        }
        if let note = entry.note, note.utf8.count > 1_000 {
            problems.append(.init(field: "note", detail: "may have 1000 bytes at most"))
        }
        return problems
    }

    private static func description(
        _ name: String, _ entry: CatalogueEntry, _ prices: PriceTable?
    ) -> CatalogueDescription {
        CatalogueDescription(
            name: name, entry: entry,
            price: prices.map { table in
                let price = table.price(for: name)
                return CataloguePrice(price, isFallback: price == table.fallback)
            })
    }
}
