import Testing

/// What was really asked, by area and vendor: the lines `ok [area] what` of the scripts, counted.
struct ClientCoverage {
    /// A row of the table: an area of one client's script.
    struct Row: Hashable {
        let client: String
        let area: String
    }

    private static let errors = [400, 401, 403, 404, 408, 409, 413, 422, 429, 500, 502, 503, 529].map { "error \($0)" }

    /// Every area that every vendor has to have been asked about, but for those that it is known not to have.
    static let rows =
        (["chat", "streams", "tools", "JSON schema", "images", "responses", "embeddings", "models"] + errors)
        .map { Row(client: "openai", area: $0) }
        + (["messages", "streams", "tools", "JSON schema", "images", "betas"] + errors)
        .map { Row(client: "anthropic", area: $0) }
        + ["batch", "batch of embeddings", "batch of messages", "batch of responses", "batch errors"]
        .map { Row(client: "batches", area: $0) }

    private var vendors: [String] = []
    private var counts: [String: [Row: Int]] = [:]
    private var absent: [String: Set<String>] = [:]

    /// - Parameter absent: Areas that the vendor does not have.
    mutating func begin(_ vendor: String, without absent: Set<String>) {
        vendors.append(vendor)
        self.absent[vendor] = absent
    }

    mutating func add(_ lines: [Substring], of client: String, _ vendor: String) {
        for line in lines where line.hasPrefix("ok [") {
            let area = String(line.dropFirst(4).prefix { $0 != "]" })
            counts[vendor, default: [:]][Row(client: client, area: area), default: 0] += 1
        }
    }

    /// False when nothing was run at all.
    var hasAny: Bool { !counts.isEmpty }

    /// How many things held in each cell, `-` where the vendor has nothing, `MISSING` where something should be.
    var table: String {
        let width = vendors.map(\.count).max() ?? 0
        func line(_ title: String, _ cells: [String]) -> String {
            ([title.padded(to: 30)] + cells.map { $0.padded(to: max(width, 8)) }).joined(separator: " ")
        }
        return
            ([line("", vendors)]
            + Self.rows.map { row in line("\(row.client): \(row.area)", vendors.map { cell(row, $0) }) })
            .joined(separator: "\n")
    }

    private func cell(_ row: Row, _ vendor: String) -> String {
        let count = counts[vendor]?[row] ?? 0
        return count > 0 ? String(count) : isAbsent(row, vendor) ? "-" : "MISSING"
    }

    private func isAbsent(_ row: Row, _ vendor: String) -> Bool { absent[vendor]?.contains(row.area) ?? false }

    /// The cells that should be there and are not.
    var missing: [String] {
        Self.rows.flatMap { row in
            vendors.filter { counts[$0]?[row] == nil && !isAbsent(row, $0) }
                .map { "\(row.client): \(row.area), in front of \($0)" }
        }
    }

    /// The cells that are there although the vendor was said not to have them.
    var unexpected: [String] {
        Self.rows.flatMap { row in
            vendors.filter { counts[$0]?[row] != nil && isAbsent(row, $0) }.map { "\(row.client): \(row.area), \($0)" }
        }
    }
}

extension String {
    fileprivate func padded(to width: Int) -> String {
        self + String(repeating: " ", count: max(0, width - count))
    }
}

@Suite("What the clients were really asked")
struct ClientCoverageTests {
    @Test("a cell that nobody asked about is missing, unless the vendor has nothing there")
    func missing() {
        var coverage = ClientCoverage()
        coverage.begin("a", without: ["embeddings", "batch of embeddings"])
        #expect(coverage.missing.count == ClientCoverage.rows.count - 2)
        coverage.add(["ok [chat] usage", "ok [chat] chat", "FAILED [tools] x", "noise"], of: "openai", "a")
        #expect(coverage.missing.count == ClientCoverage.rows.count - 3)
        #expect(!coverage.missing.contains("openai: chat, in front of a"))
        #expect(coverage.missing.contains("openai: tools, in front of a"))
        #expect(coverage.table.contains("MISSING") && coverage.table.contains("openai: chat"))
        coverage.add(["ok [embeddings] x"], of: "openai", "a")
        #expect(coverage.unexpected == ["openai: embeddings, a"])
    }
}
