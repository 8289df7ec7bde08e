import Contracts
import Foundation
import Testing

@Suite("Identifiers")
struct IdentifierTests {
    @Test("an id is a UUID of version 7 and variant 10 that begins with its time in milliseconds")
    func layout() {
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<1_000 {
            let milliseconds = UInt64.random(in: 0..<(1 << 48), using: &generator)
            let date = Date(timeIntervalSince1970: Double(milliseconds) / 1_000)
            let bytes = TenantID(at: date, using: &generator).uuid.uuid
            #expect(bytes.6 >> 4 == 7)
            #expect(bytes.8 >> 6 == 0b10)
            let time = [bytes.0, bytes.1, bytes.2, bytes.3, bytes.4, bytes.5].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
            // A Date counts seconds as a Double, which is exact to a fraction of a millisecond in this range.
            #expect(time.distance(to: milliseconds).magnitude <= 1)
        }
    }

    @Test("a date before 1970 is taken for 1970")
    func early() {
        var generator = SystemRandomNumberGenerator()
        #expect("\(TenantID(at: .distantPast, using: &generator))".hasPrefix("00000000-0000-7"))
    }

    @Test("later ids sort after earlier ones")
    func order() {
        var generator = SystemRandomNumberGenerator()
        let ids = (0..<500).map { TenantID(at: Date(timeIntervalSince1970: Double($0) + 1e9), using: &generator) }
        #expect(ids.shuffled(using: &generator).sorted() == ids)
    }

    @Test("ids do not repeat")
    func unique() {
        #expect(Set((0..<10_000).map { _ in TenantID() }).count == 10_000)
    }

    @Test("its text comes back, lower-case, also from upper case")
    func text() throws {
        let id = TenantID()
        #expect(TenantID("\(id)") == id)
        #expect(TenantID("\(id)".uppercased()) == id)
        #expect("\(id)" == "\(id)".lowercased())
        let json = try WireFormat.encoder().encode([id])
        #expect(String(decoding: json, as: UTF8.self) == #"["\#(id)"]"#)
        #expect(try WireFormat.decoder().decode([TenantID].self, from: json) == [id])
    }

    @Test(
        "anything but a UUID of 36 characters is refused",
        arguments: [
            "", "x", "0195f3c4-5b6a-7000-8000-00000000000", "0195f3c4-5b6a-7000-8000-0000000000000",
            "{0195f3c4-5b6a-7000-8000-000000000000}", "0195f3c45b6a70008000000000000000",
            "0195f3c4-5b6a-7000-8000-00000000000g", " 195f3c4-5b6a-7000-8000-000000000000",
        ])
    func refused(text: String) {
        #expect(TenantID(text) == nil)
    }
}
