import Foundation
import Support
import Testing

@testable import Postgres

@Suite("Values on their way to the server and back", .timeLimit(.minutes(2)))
struct ValueTests {
    /// A row of one value of each kind, drawn at random with the awkward ones likely.
    private struct Sample: Equatable {
        var bool = Bool.random()
        var small = [Int16.min, .max, 0, .random(in: .min ... .max)].randomElement() ?? 0
        var medium = [Int32.min, .max, 0, .random(in: .min ... .max)].randomElement() ?? 0
        var large = [Int64.min, .max, 0, .random(in: .min ... .max)].randomElement() ?? 0
        var single = [Float.infinity, -0.0, .leastNonzeroMagnitude, .random(in: -1e30...1e30)].randomElement() ?? 0
        var double = [Double.infinity, -.infinity, .pi, .ulpOfOne, .random(in: -1e300...1e300)].randomElement() ?? 0
        var text = Self.randomText()
        var bytes = (0..<Int.random(in: 0...300)).map { _ in UInt8.random(in: 0...255) }
        var uuid = UUID()
        var date = Date(timeIntervalSince1970: Double(Int64.random(in: -60_000_000_000...60_000_000_000)) / 16)
        var nothing = Bool.random() ? nil : Self.randomText()
        var texts = (0..<Int.random(in: 0...4)).map { _ in Self.randomText() }
        var numbers = (0..<Int.random(in: 0...4)).map { _ in Int64.random(in: .min ... .max) }
        var floats = (0..<Int.random(in: 0...4)).map { _ in Float.random(in: -1...1) }
        var uuids = (0..<Int.random(in: 0...4)).map { _ in UUID() }
        var dates = (0..<Int.random(in: 0...4)).map { _ in
            Date(timeIntervalSince1970: Double(Int.random(in: 0...1 << 31)))
        }

        /// Everything that the formats of COPY and arrays have a meaning for, and no NUL.
        private static func randomText() -> String {
            let pieces = [
                "a", "\\", "\\N", "\t", "\n", "\r", "\"", "'", "{", "}", ",", "NULL", "é", "😀", " ", "\\.", "$1",
            ]
            return (0..<Int.random(in: 0...12)).map { _ in pieces.randomElement() ?? "" }.joined()
        }

        var values: [any PostgresEncodable] {
            [
                bool, small, medium, large, single, double, text, bytes, uuid, date, nothing, texts, numbers, floats,
                uuids, dates,
            ]
        }

        init() {}

        /// The columns that are not the same, with both values.
        func differences(from other: Sample) -> [String] {
            guard self != other else { return [] }
            return zip(ValueTests.columns, zip(values, other.values)).filter { "\($1.0)" != "\($1.1)" }.map {
                "\($0): \($1.0) is not \($1.1)"
            }
        }

        init(_ row: PostgresRow) throws {
            bool = try row.decode(0)
            small = try row.decode(1)
            medium = try row.decode(2)
            large = try row.decode(3)
            single = try row.decode(4)
            double = try row.decode(5)
            text = try row.decode(6)
            bytes = try row.decode(7)
            uuid = try row.decode(8)
            date = try row.decode(9)
            nothing = try row.decode(10)
            texts = try row.decode(11)
            numbers = try row.decode(12)
            floats = try row.decode(13)
            uuids = try row.decode(14)
            dates = try row.decode(15)
        }
    }

    private static let table = """
        CREATE TABLE samples (bool bool, small int2, medium int4, large int8, single float4, double float8, text text,
            bytes bytea, uuid uuid, date timestamptz, nothing text, texts text[], numbers int8[], floats float4[],
            uuids uuid[], dates timestamptz[])
        """
    private static let columns = [
        "bool", "small", "medium", "large", "single", "double", "text", "bytes", "uuid", "date", "nothing", "texts",
        "numbers", "floats", "uuids", "dates",
    ]

    @Test("every kind of value comes back equal, as a parameter and by COPY")
    func roundTrip() async throws {
        try await withPool { pool, _ in
            _ = try await pool.query(SQL(unsafeRaw: Self.table))
            for _ in 0..<300 {
                let sample = Sample()
                var insertion: SQL = "INSERT INTO samples VALUES ("
                for (index, value) in sample.values.enumerated() {
                    insertion.append(index == 0 ? "" : ", ")
                    insertion.bind(value)
                }
                insertion.append(") RETURNING *")
                let row = try #require(try await pool.query(insertion).first)
                #expect(try Sample(row).differences(from: sample).isEmpty)
            }
            _ = try await pool.query("TRUNCATE samples")
            let samples = (0..<1000).map { _ in Sample() }
            let count = try await pool.copy(into: "samples", columns: Self.columns, rows: samples.map(\.values))
            #expect(count == samples.count)
            // The server puts rows where there is room, so they are known by their uuid.
            let rows = try await pool.query("SELECT * FROM samples").map(Sample.init)
            let copies = Dictionary(uniqueKeysWithValues: rows.map { ($0.uuid, $0) })
            #expect(samples.flatMap { copies[$0.uuid]?.differences(from: $0) ?? ["missing"] } == [])
        }
    }

    @Test("an empty value is not NULL, and not-a-number stays that")
    func emptyAndNaN() async throws {
        try await withPool { pool, _ in
            let row = try await pool.query(
                "SELECT \("") AS text, \([UInt8]()) AS bytes, \([String]()) AS list, \(Double.nan) AS double")[0]
            #expect(try row.decode("text", as: String?.self) == "")
            #expect(try row.decode("bytes", as: [UInt8]?.self) == [])
            #expect(try row.decode("list", as: [String]?.self) == [])
            #expect(try row.decode("double", as: Double.self).isNaN)
        }
    }

    @Test("ten megabytes go and come, whole, next to small rows")
    func large() async throws {
        try await withPool(maximum: 2) { pool, _ in
            let bytes = (0..<10_000_000).map { UInt8(truncatingIfNeeded: $0 &* 2_654_435_761 >> 7) }
            let text = String(repeating: "0123456789", count: 1_000_000)
            async let small = pool.query("SELECT 1 AS n")
            let row = try await pool.query("SELECT \(bytes) AS bytes, \(text) AS text")[0]
            #expect(try row.decode("bytes", as: [UInt8].self) == bytes)
            #expect(try row.decode("text", as: String.self) == text)
            #expect(try await small.count == 1)
        }
    }

    @Test("large statements in one pipeline do not block each other, both ways at once")
    func largePipeline() async throws {
        try await withPool(maximum: 1) { pool, _ in
            let text = String(repeating: "x", count: 1_000_000)
            let results = try await pool.pipeline((0..<20).map { "SELECT \(text) AS text, \($0) AS n" })
            #expect(results.count == 20)
            for (number, result) in results.enumerated() {
                #expect(try result[0].decode("n", as: Int.self) == number)
                #expect(try result[0].decode("text", as: String.self).utf8.count == 1_000_000)
            }
        }
    }

    @Test("rows of all sizes arrive in order")
    func manyRows() async throws {
        try await withPool { pool, _ in
            let rows = try await pool.query(
                "SELECT n, repeat(chr(65 + n::int % 26), (n::int * 37) % 5000) AS text FROM generate_series(1, \(5000)) AS n"
            )
            #expect(rows.count == 5000)
            for (index, row) in rows.enumerated() {
                let number = try row.decode("n", as: Int.self)
                #expect(number == index + 1)
                #expect(try row.decode("text", as: String.self).utf8.count == number * 37 % 5000)
            }
        }
    }

    @Test("a NUL is fine in bytes and refused in text, and the connection stays fit for use")
    func nul() async throws {
        try await withPool(maximum: 1) { pool, _ in
            let row = try await pool.query("SELECT \([UInt8]([0, 1, 0])) AS bytes")[0]
            #expect(try row.decode("bytes", as: [UInt8].self) == [0, 1, 0])
            #expect(await postgresError { _ = try await pool.query("SELECT \("a\0b")") }.sqlState == "22021")
            _ = try await pool.query("CREATE TABLE t (text text)")
            let copy = await postgresError {
                try await pool.copy(into: "t", columns: ["text"], rows: [["a\0b"]])
            }
            #expect(copy.code == .server)
            try await eventually { pool.statistics.connectionsOpened == 1 }
        }
    }

    @Test("numerics are exact as text and fit integers when they are whole")
    func numerics() async throws {
        try await withPool { pool, _ in
            for text in [
                "0", "1", "-1", "0.0000165", "-12345678901234567890.000100", "10000", "100000000", "0.1", "9999.9999",
                "1e20", "123456789.987654321", "0.00000000000000000001", "NaN",
            ] {
                let row = try await pool.query("SELECT \(text)::numeric AS n, \(text)::numeric::text AS t")[0]
                #expect(try row.decode("n", as: String.self) == row.decode("t", as: String.self))
            }
            let row = try await pool.query(
                "SELECT 9223372036854775807::numeric AS big, 1.50 AS half, sum(n) AS sum FROM generate_series(1, 3) n")[
                    0]
            #expect(try row.decode("big", as: Int64.self) == .max)
            #expect(try row.decode("half", as: Double.self) == 1.5)
            #expect(try row.decode("sum", as: Int.self) == 6)
            #expect(throws: PostgresError.self) { try row.decode("half", as: Int.self) }
        }
    }

    @Test("JSON, enums, names, dates and times without zone are read; what would be guessed is refused")
    func otherTypes() async throws {
        try await withPool { pool, _ in
            _ = try await pool.query("CREATE TYPE mood AS ENUM ('glad', 'sad')")
            let row = try await pool.query(
                """
                SELECT \(#"{"a": 1}"#)::jsonb AS jsonb, '[1]'::json AS json, 'glad'::mood AS mood, 'n'::name AS name,
                    '2000-01-02'::date AS day, '2000-01-01 00:00:01.5'::timestamp AS time, 7::int2 AS small,
                    '1 day'::interval AS interval, NULL::text AS nothing, 'infinity'::timestamptz AS never
                """)[0]
            #expect(try row.decode("jsonb", as: String.self) == #"{"a": 1}"#)
            #expect(try row.decode("json", as: String.self) == "[1]")
            #expect(try row.decode("mood", as: String.self) == "glad")
            #expect(try row.decode("name", as: String.self) == "n")
            #expect(try row.decode("day", as: Date.self).timeIntervalSince1970 == 946_771_200)
            #expect(try row.decode("time", as: Date.self).timeIntervalSince1970 == 946_684_801.5)
            #expect(try row.decode("small", as: Int64.self) == 7)
            #expect(try row.decode("never", as: Date.self) == .distantFuture)
            #expect(throws: PostgresError.self) { try row.decode("interval", as: String.self) }
            #expect(throws: PostgresError.self) { try row.decode("nothing", as: String.self) }
            #expect(throws: PostgresError.self) { try row.decode("mood", as: Int.self) }
            #expect(throws: PostgresError.self) { try row.decode("missing", as: Int.self) }
            #expect(throws: PostgresError.self) { try row.decode(99, as: Int.self) }
        }
    }

    @Test("a list parameter serves where IN would")
    func anyOf() async throws {
        try await withPool { pool, _ in
            let ids = (0..<3).map { _ in UUID() }
            let rows = try await pool.query(
                "SELECT * FROM unnest(\(ids)) AS id WHERE id = ANY(\(Array(ids.dropFirst())))")
            #expect(try Set(rows.map { try $0.decode("id", as: UUID.self) }) == Set(ids.dropFirst()))
        }
    }
}
