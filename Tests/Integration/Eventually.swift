import Support
import Testing

/// Asks again until the answer is as it must become: events travel in batches, and services that were killed come back.
func eventually(
    seconds: Int = 20, _ ask: () async throws -> PlainAnswer, until isDone: (PlainAnswer) -> Bool
) async throws -> PlainAnswer {
    var last: PlainAnswer?
    for _ in 0..<(seconds * 10) {
        if let answer = try? await ask() {
            last = answer
            if isDone(answer) { return answer }
        }
        try await Task.sleep(for: .milliseconds(100))
    }
    Issue.record("it never came: \(last?.status ?? 0) \(last?.text.prefix(500) ?? "")")
    return try await ask()
}
