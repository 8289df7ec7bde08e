import Contracts
import Testing

@testable import AgentRunner

@Suite("The vote of similar tickets")
struct BallotTests {
    @Test("the value with the most weight wins, not the one with the most tickets")
    func weight() throws {
        let neighbours = [
            neighbour(10, group: "Network"), neighbour(3, group: "Mail"), neighbour(3, group: "Mail"),
            neighbour(3, group: "Mail"),
        ]
        #expect(Ballot(neighbours).winner(\.group)?.value == "Network")
    }

    @Test("nobody votes, nothing is proposed")
    func abstention() {
        #expect(Ballot([]).winner(\.group) == nil)
        #expect(Ballot([neighbour(5, group: nil), neighbour(4, group: "")]).winner(\.group) == nil)
    }

    @Test("a tie goes to the value that sorts first, whatever the order of the tickets")
    func tie() {
        let pair = [neighbour(5, group: "B"), neighbour(5, group: "A")]
        #expect(Ballot(pair).winner(\.group)?.value == "A")
        #expect(Ballot(pair.reversed()).winner(\.group)?.value == "A")
    }

    @Test("confidence lies between 0 and 1, grows with agreement, and one ticket alone is not certain")
    func confidence() throws {
        let alone = try #require(Ballot([neighbour(5, group: "A")]).winner(\.group)).confidence
        let many = try #require(Ballot((0..<20).map { _ in neighbour(5, group: "A") }).winner(\.group)).confidence
        let split = try #require(
            Ballot((0..<20).map { neighbour(5, group: $0 < 12 ? "A" : "B") }).winner(\.group)
        ).confidence
        #expect(alone < 0.7)
        #expect(many > 0.95)
        #expect(split < many && split > 0.5)
    }

    @Test("only the twenty best have a vote")
    func voters() {
        let best = (0..<20).map { _ in neighbour(5, group: "A") }
        let rest = (0..<200).map { _ in neighbour(4.9, group: "B") }
        #expect(Ballot(best + rest).winner(\.group)?.value == "A")
    }

    @Test("for any neighbours the winner is a value that one of them has", arguments: 0..<200)
    func property(seed: Int) {
        var generator = SplitMix(state: UInt64(seed))
        let values = ["A", "B", "C", nil]
        let neighbours = (0..<Int.random(in: 0...40, using: &generator)).map { _ in
            neighbour(
                Double.random(in: 0.01...20, using: &generator), group: values.randomElement(using: &generator) ?? nil)
        }
        let winner = Ballot(neighbours).winner(\.group)
        let voters = neighbours.prefix(20).compactMap(\.group)
        #expect((winner == nil) == voters.isEmpty)
        if let winner {
            #expect(voters.contains(winner.value))
            #expect((0...1).contains(winner.confidence))
        }
    }
}

func neighbour(_ score: Double, group: String?, resolution: String? = nil) -> Neighbour {
    Neighbour(
        ticket: TicketID(), externalID: nil, title: "A ticket", category: nil, priority: nil, group: group,
        resolution: resolution, score: score)
}

/// SplitMix64: small, seeded, the same everywhere.
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}
