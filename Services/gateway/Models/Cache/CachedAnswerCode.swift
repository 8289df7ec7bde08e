import Foundation

/// A cached answer as bytes, for the shared tier.
///
/// ```
/// version (1) | format (1)
/// | stored at, ms | prompt | completion | cached | cache write | reasoning tokens | cost   (8 bytes each, big-endian)
/// | length of model (2) | model | length of provider (2) | provider | body
/// ```
enum CachedAnswerCode {
    private static let version: UInt8 = 1

    static func encode(_ answer: CachedAnswer) -> [UInt8] {
        var bytes: [UInt8] = [version, answer.format.rawValue]
        bytes.reserveCapacity(answer.byteCount)
        let numbers = [
            answer.storedAt.millisecondsSince1970, answer.usage.prompt, answer.usage.completion, answer.usage.cached,
            answer.usage.cacheWrite, answer.usage.reasoning, answer.costPicoUSD,
        ]
        for number in numbers { append(UInt64(bitPattern: number), bytes: 8, to: &bytes) }
        for text in [answer.model, answer.provider] {
            let name = text.utf8.prefix(Int(UInt16.max))
            append(UInt64(name.count), bytes: 2, to: &bytes)
            bytes += name
        }
        return bytes + answer.body
    }

    /// Nil for what this version does not write.
    static func decode(_ bytes: [UInt8]) -> CachedAnswer? {
        var rest = bytes[...]
        guard rest.popFirst() == version, let format = rest.popFirst().flatMap(CachedAnswer.Format.init),
            let storedAt = integer(&rest), let prompt = integer(&rest), let completion = integer(&rest),
            let cached = integer(&rest), let cacheWrite = integer(&rest), let reasoning = integer(&rest),
            let cost = integer(&rest), let model = text(&rest),
            let provider = text(&rest), !rest.isEmpty
        else { return nil }
        return CachedAnswer(
            body: Array(rest), format: format, model: model, provider: provider,
            usage: TokenUsage(
                prompt: prompt, completion: completion, cached: cached, cacheWrite: cacheWrite, reasoning: reasoning),
            costPicoUSD: cost,
            storedAt: Date(timeIntervalSince1970: Double(storedAt) / 1_000))
    }

    private static func append(_ number: UInt64, bytes count: Int, to bytes: inout [UInt8]) {
        for shift in stride(from: (count - 1) * 8, through: 0, by: -8) {
            bytes.append(UInt8(truncatingIfNeeded: number >> UInt64(shift)))
        }
    }

    private static func integer(_ rest: inout ArraySlice<UInt8>) -> Int64? {
        number(&rest, bytes: 8).map(Int64.init(bitPattern:))
    }

    private static func text(_ rest: inout ArraySlice<UInt8>) -> String? {
        guard let length = number(&rest, bytes: 2), rest.count >= Int(length) else { return nil }
        defer { rest = rest.dropFirst(Int(length)) }
        return String(decoding: rest.prefix(Int(length)), as: UTF8.self)
    }

    private static func number(_ rest: inout ArraySlice<UInt8>, bytes count: Int) -> UInt64? {
        guard rest.count >= count else { return nil }
        defer { rest = rest.dropFirst(count) }
        return rest.prefix(count).reduce(0) { $0 << 8 | UInt64($1) }
    }
}
