import Contracts
import Postgres

/// The operator's catalogue of models in `gateway.models`, the same for all tenants.
struct CatalogueStorage: Sendable {
    /// More models than all vendors together have.
    static let maximumModels = 5_000

    let pool: PostgresPool

    /// All of them, by name.
    func list() async throws -> [(name: String, entry: CatalogueEntry)] {
        let rows = try await pool.query(
            """
            SELECT name, context_tokens, maximum_answer_tokens, capabilities, successor, note FROM gateway.models
            ORDER BY name LIMIT \(Int32(Self.maximumModels))
            """)
        return try rows.map { (try $0.decode("name"), try CatalogueEntry($0)) }
    }

    /// Nil when the catalogue does not have it under this very name.
    func find(_ name: String) async throws -> CatalogueEntry? {
        let rows = try await pool.query(
            """
            SELECT context_tokens, maximum_answer_tokens, capabilities, successor, note FROM gateway.models
            WHERE name = \(name)
            """)
        return try rows.first.map { try CatalogueEntry($0) }
    }

    func put(_ entry: CatalogueEntry, named name: String) async throws {
        _ = try await pool.query(
            """
            INSERT INTO gateway.models (name, context_tokens, maximum_answer_tokens, capabilities, successor, note)
            VALUES (\(name), \(entry.contextTokens), \(entry.maximumAnswerTokens),
                \(entry.capabilities.map(\.rawValue)), \(entry.successor), \(entry.note))
            ON CONFLICT (name) DO UPDATE SET context_tokens = excluded.context_tokens,
                maximum_answer_tokens = excluded.maximum_answer_tokens, capabilities = excluded.capabilities,
                successor = excluded.successor, note = excluded.note, changed_at = now()
            """)
    }

    /// False when the catalogue does not have it.
    func delete(_ name: String) async throws -> Bool {
        try await pool.query("DELETE FROM gateway.models WHERE name = \(name)").affectedRows == 1
    }
}

extension CatalogueEntry {
    fileprivate init(_ row: PostgresRow) throws {
        self.init(
            contextTokens: try row.decode("context_tokens", as: Int64?.self),
            maximumAnswerTokens: try row.decode("maximum_answer_tokens", as: Int64?.self),
            // A word that a newer version stored says nothing to this one.
            capabilities: try row.decode("capabilities", as: [String].self).compactMap(ModelAbility.init),
            successor: try row.decode("successor", as: String?.self), note: try row.decode("note", as: String?.self))
    }
}
