import Foundation

/// What of a provider's key must never come back to a client. Some servers repeat in their errors what they were sent,
/// credentials included.
struct ProviderSecrets: Sendable {
    /// Shorter ones are words rather than secrets (`ollama`, `none`), and would be found in any text.
    private static let minimumBytes = 8

    /// As they stand in a text, and with their slashes as JSON may write them.
    private let forms: [String]

    /// - Parameter key: As it is configured; the parts of one that has several (`ACCESS_KEY_ID:SECRET_ACCESS_KEY`) count
    ///   each for itself.
    init(key: String? = nil) {
        let parts = key.map { [$0] + $0.split(separator: ":").map(String.init) } ?? []
        let secrets = Set(parts.filter { $0.utf8.count >= Self.minimumBytes })
        let longestFirst = secrets.sorted { ($1.utf8.count, $1) < ($0.utf8.count, $0) }
        forms = longestFirst.flatMap { $0.contains("/") ? [$0, $0.replacing("/", with: "\\/")] : [$0] }
    }

    /// The error as it may be shown: when a secret stands anywhere in it, not in the provider's own form and with the
    /// secret blotted out.
    func removed(from error: OpenAIError) -> OpenAIError {
        guard forms.contains(where: { stands($0, in: error) }) else { return error }
        var safe = error
        safe.ownBody = nil
        safe.message = removed(from: error.message)
        safe.type = removed(from: error.type)
        safe.parameter = error.parameter.map(removed)
        safe.code = error.code.map(removed)
        return safe
    }

    private func removed(from text: String) -> String {
        forms.reduce(text) { $0.replacing($1, with: "[removed]") }
    }

    private func stands(_ secret: String, in error: OpenAIError) -> Bool {
        [error.message, error.type, error.parameter ?? "", error.code ?? ""].contains { $0.contains(secret) }
            || error.ownBody.map { Self.contains($0, Array(secret.utf8)) } ?? false
    }

    private static func contains(_ body: [UInt8], _ secret: [UInt8]) -> Bool {
        guard let first = secret.first, body.count >= secret.count else { return false }
        return (0...body.count - secret.count).contains { start in
            body[start] == first && body[start..<start + secret.count].elementsEqual(secret)
        }
    }
}
