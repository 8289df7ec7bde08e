import Testing

@testable import Postgres

@Suite("SQL by interpolation")
struct SQLTests {
    @Test("values become parameters and nothing of them gets into the text")
    func binds() {
        let name = "'; DROP TABLE tenants; --"
        let sql: SQL = "SELECT \(1) WHERE name = \(name) AND note IS NOT DISTINCT FROM \(nil as String?)"
        #expect(sql.text == "SELECT $1 WHERE name = $2 AND note IS NOT DISTINCT FROM $3")
        #expect(sql.parameters.entries.map(\.type) == [.int8, .text, .text])
        #expect(sql.parameters.entries.map(\.length) == [8, 25, nil])
        #expect("\(sql)" == sql.text)
    }

    @Test("a fragment's parameters are numbered on, also beyond nine and inside of fragments")
    func fragments() {
        let inner: SQL = "a = \(1) AND é = \("two")"
        var many: SQL = "\(fragment: inner)"
        for number in 0..<10 { many = "\(fragment: many) OR c = \(number)" }
        let whole: SQL = "SELECT \(true) WHERE \(fragment: many) LIMIT \(5)"
        #expect(whole.text.hasPrefix("SELECT $1 WHERE a = $2 AND é = $3 OR c = $4 OR c = $5"))
        #expect(whole.text.hasSuffix("OR c = $13 LIMIT $14"))
        #expect(whole.parameters.count == 14)
        #expect(whole.parameters.entries[2].type == .text)
        let text = whole.parameters.entries[2]
        #expect(Array(whole.parameters.bytes[text.start..<text.start + 3]) == Array("two".utf8))
    }

    @Test("a name is quoted so that it cannot end early")
    func identifiers() {
        let sql: SQL = "SELECT * FROM \(identifier: "rag").\(identifier: "a\"b\0c")"
        #expect(sql.text == #"SELECT * FROM "rag"."a""bc""#)
    }

    @Test("raw text goes in as it is")
    func raw() {
        #expect(("SELECT \(unsafeRaw: "now()")" as SQL).text == "SELECT now()")
    }

    @Test("settings and openings of transactions are bound like everything else")
    func transactions() {
        let settings = SQL.settings([("app.tenant", "x'"), ("app.user", "y")])
        #expect(settings.map(\.text) == ["SELECT set_config($1, $2, true), set_config($3, $4, true)"])
        #expect(SQL.settings([]).isEmpty)
        #expect(
            SQL.opening(isolation: .serializable, settings: []).map(\.text) == ["BEGIN ISOLATION LEVEL SERIALIZABLE"])
        #expect(
            SQL.copy(into: "rag.chunks", columns: ["a", "b"]).text == #"COPY "rag"."chunks" ("a", "b") FROM STDIN"#)
    }
}
