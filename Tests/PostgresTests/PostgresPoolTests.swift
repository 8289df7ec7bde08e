import Foundation
import Logging
import Reactor
import Support
import Testing

@testable import Postgres

@Suite("The pool against a real server", .timeLimit(.minutes(2)))
struct PostgresPoolTests {
    @Test("a bound value comes back as it was")
    func roundTrip() async throws {
        try await withTestDatabase(provisioned: false) { database in
            let pool = try database.makePool()
            let rows = try await pool.query("SELECT \(42) AS answer, \("it's; --") AS text, \(nil as Int?) AS nothing")
            #expect(rows.count == 1)
            #expect(try rows[0].decode("answer", as: Int.self) == 42)
            #expect(try rows[0].decode("text", as: String.self) == "it's; --")
            #expect(try rows[0].decode("nothing", as: Int?.self) == nil)
            await pool.shutDown()
        }
    }
}
