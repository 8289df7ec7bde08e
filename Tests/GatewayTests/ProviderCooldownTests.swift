import Contracts
import Foundation
import Testing

@testable import Gateway

@Suite("How long a provider wants to be left alone")
struct ProviderCooldownTests {
    struct Answer: Sendable, CustomTestStringConvertible {
        let headers: [String: String]
        /// Nil when the answer does not say.
        let milliseconds: Int?

        var testDescription: String { headers.isEmpty ? "nothing" : "\(headers)" }

        init(_ headers: [String: String], _ milliseconds: Int?) {
            self.headers = headers
            self.milliseconds = milliseconds
        }
    }

    private static let now = Date(timeIntervalSince1970: 784_111_777)  // Sun, 06 Nov 1994 08:49:37 GMT

    static let answers = [
        Answer([:], nil), Answer(["retry-after": "3"], 3_000), Answer(["retry-after": "1.5"], 1_500),
        Answer(["retry-after": "0"], 100), Answer(["retry-after-ms": "250"], 250),
        Answer(["retry-after-ms": "250", "retry-after": "7"], 250),
        Answer(["retry-after": "Sun, 06 Nov 1994 08:50:07 GMT"], 30_000),
        Answer(["retry-after": "Sun, 06 Nov 1994 08:00:00 GMT"], 100),
        Answer(["retry-after": "999999999"], 3_600_000), Answer(["retry-after": "99999999999999999999999"], nil),
        Answer(["retry-after": "-5"], nil), Answer(["retry-after": "soon"], nil), Answer(["retry-after": ""], nil),
        Answer(["retry-after": "Sun, 99 Nov 1994 08:50:07 GMT"], nil), Answer(["retry-after": "nan"], nil),
        Answer(["x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "1s"], 1_000),
        Answer(["x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "6m0s"], 360_000),
        Answer(["x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "1h2m3.5s"], 3_600_000),
        Answer(["x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "120ms"], 120),
        Answer(["x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "7.66s"], 7_660),
        Answer(["x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "12"], 12_000),
        Answer(["x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "1x"], nil),
        Answer(["x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "s"], nil),
        Answer(["x-ratelimit-remaining-requests": "9", "x-ratelimit-reset-requests": "60s"], nil),
        Answer(["x-ratelimit-reset-requests": "60s"], nil),
        Answer(
            [
                "x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "2s",
                "x-ratelimit-remaining-tokens": "0", "x-ratelimit-reset-tokens": "5s",
            ], 5_000),
        Answer(
            [
                "x-ratelimit-remaining-requests": "99", "x-ratelimit-reset-requests": "60s",
                "x-ratelimit-remaining-tokens": "0", "x-ratelimit-reset-tokens": "5s",
            ], 5_000),
        Answer(
            [
                "anthropic-ratelimit-input-tokens-remaining": "0",
                "anthropic-ratelimit-input-tokens-reset": "1994-11-06T08:49:57Z",
            ], 20_000),
        Answer(
            [
                "anthropic-ratelimit-requests-remaining": "0",
                "anthropic-ratelimit-requests-reset": "1994-11-06T08:49:47Z",
                "anthropic-ratelimit-output-tokens-remaining": "0",
                "anthropic-ratelimit-output-tokens-reset": "1994-11-06T08:50:37Z",
            ], 60_000),
        Answer(
            [
                "anthropic-ratelimit-tokens-remaining": "10",
                "anthropic-ratelimit-tokens-reset": "1994-11-06T08:49:57Z",
            ], nil),
        Answer(
            ["anthropic-ratelimit-tokens-remaining": "0", "anthropic-ratelimit-tokens-reset": "tomorrow"], nil),
        Answer(
            ["retry-after": "2", "x-ratelimit-remaining-tokens": "0", "x-ratelimit-reset-tokens": "50s"], 2_000),
    ]

    @Test("it is what the answer says, within bounds", arguments: answers)
    func stated(answer: Answer) {
        let duration = ProviderCooldown.duration({ answer.headers[$0] }, at: Self.now)
        let expected = answer.milliseconds.map { Double($0) }
        #expect(duration.map { ($0 / .milliseconds(1)).rounded() } == expected, "\(String(describing: duration))")
    }

    @Test("whatever a header holds, it is nothing or from a tenth of a second to an hour")
    func hostile() {
        var generator = SeededGenerator(11)
        let pieces = ["0", "9", ".", "s", "m", "h", "ms", "-", " ", "GMT", "Nov", ":", "e", "µs", "\u{0}", "٣", "1994"]
        for _ in 0..<20_000 {
            let text = (0..<Int.random(in: 0...8, using: &generator)).map { _ in
                pieces.randomElement(using: &generator) ?? ""
            }.joined()
            let duration = ProviderCooldown.duration({ $0.hasSuffix("remaining-requests") ? "0" : text }, at: Self.now)
            if let duration { #expect((ProviderCooldown.minimum...ProviderCooldown.maximum).contains(duration)) }
        }
    }
}
