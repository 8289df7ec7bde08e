import Contracts
import Foundation
import Testing

@Suite("Money")
struct MoneyTests {
    @Test(
        "amounts are written without trailing zeros, to the pico-dollar",
        arguments: [
            (0, "0"), (1, "0.000000000001"), (-1, "-0.000000000001"), (16_500_000, "0.0000165"),
            (1_000_000_000_000, "1"), (-2_500_000_000_000, "-2.5"), (123_456_789_012_345, "123.456789012345"),
            (10_000_000_000_000, "10"),
        ] as [(Int64, String)])
    func text(picoUSD: Int64, text: String) {
        #expect("\(Money(picoUSD: Int128(picoUSD)))" == text)
        #expect(Money(text) == Money(picoUSD: Int128(picoUSD)))
    }

    @Test("every amount comes back from its text")
    func roundTrip() {
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<10_000 {
            let digits = Int.random(in: 1...31, using: &generator)
            var magnitude: Int128 = 0
            for _ in 0..<digits { magnitude = magnitude * 10 + Int128(Int.random(in: 0...9, using: &generator)) }
            let money = Money(picoUSD: Bool.random(using: &generator) ? magnitude : -magnitude)
            #expect(Money("\(money)") == money)
        }
    }

    @Test("the order of amounts is the order of their numbers, and sums are exact")
    func arithmetic() {
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<5_000 {
            let left = Int64.random(in: .min ... .max, using: &generator)
            let right = Int64.random(in: .min ... .max, using: &generator)
            let (a, b) = (Money(picoUSD: Int128(left)), Money(picoUSD: Int128(right)))
            #expect((a < b) == (left < right))
            #expect((a + b).picoUSD == Int128(left) + Int128(right))
            #expect(a + b - b == a)
        }
    }

    @Test(
        "what is not an exact decimal is refused rather than rounded",
        arguments: [
            "", "-", ".", "1.", ".5", "+1", "1e3", "0x1", "1,5", " 1", "1 ", "--1", "0.0000000000001",
            "123456789012345678901", "NaN", "inf", "1.5.2", "١", "1_000",
        ])
    func refused(text: String) {
        #expect(Money(text) == nil)
    }

    @Test("in JSON it is a string, never a number")
    func json() throws {
        let json = try WireFormat.encoder().encode([Money(picoUSD: 16_500_000)])
        #expect(String(decoding: json, as: UTF8.self) == #"["0.0000165"]"#)
        #expect(try WireFormat.decoder().decode([Money].self, from: json) == [Money(picoUSD: 16_500_000)])
        #expect(throws: DecodingError.self) {
            try WireFormat.decoder().decode([Money].self, from: Data("[0.0000165]".utf8))
        }
    }
}
