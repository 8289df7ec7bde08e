import Cryptography
import Testing

@Suite("Comparison and randomness")
struct ComparisonTests {
    @Test("equal bytes are equal, and a difference anywhere is found")
    func comparison() {
        let bytes = SecureRandom.bytes(64)
        #expect(constantTimeEquals(bytes, bytes))
        #expect(constantTimeEquals([], []))
        #expect(!constantTimeEquals(bytes, []))
        #expect(!constantTimeEquals(bytes, bytes + [0]))
        for index in bytes.indices {
            var changed = bytes
            changed[index] ^= 1
            #expect(!constantTimeEquals(bytes, changed))
        }
    }

    @Test("random bytes have the length asked for and do not repeat")
    func randomness() {
        #expect(SecureRandom.bytes(0).isEmpty)
        #expect(SecureRandom.bytes(33).count == 33)
        #expect(Set((0..<1_000).map { _ in SecureRandom.bytes(16) }).count == 1_000)
    }
}
