import Cryptography
import Foundation
import Postgres

/// What operators were answered, so that a request that is sent again is not done again. Sealed: an answer may hold an
/// API key.
struct OperatorAnswers: Sendable {
    /// An answer that can be given again.
    struct Answer: Codable, Sendable {
        let status: Int
        let contentType: String
        let body: Data
    }

    enum Claim: Sendable {
        /// This request is the first and does the work.
        case granted
        case answered(Answer)
        case underWay
        case usedForAnotherRequest
    }

    let pool: PostgresPool
    let keyring: EnvelopeKeyring

    /// - Parameters:
    ///   - request: Names the request: a digest of its path and key.
    ///   - fingerprint: A digest of what it asks for.
    func claim(_ request: [UInt8], fingerprint: [UInt8]) async throws -> Claim {
        // Answers are kept for a day; a claim whose process died is free again after five minutes.
        let results = try await pool.pipeline(
            [
                """
                DELETE FROM gateway.operator_answers WHERE claimed_at < now() - interval '1 day'
                    OR (request = \(request) AND sealed_answer IS NULL AND claimed_at < now() - interval '5 minutes')
                """,
                """
                INSERT INTO gateway.operator_answers (request, fingerprint) VALUES (\(request), \(fingerprint))
                ON CONFLICT (request) DO NOTHING
                """,
                "SELECT fingerprint, sealed_answer FROM gateway.operator_answers WHERE request = \(request)",
            ], settings: [])
        guard results.count == 3, results[1].affectedRows == 0, let row = results[2].first else { return .granted }
        guard try row.decode("fingerprint", as: [UInt8].self) == fingerprint else { return .usedForAnotherRequest }
        guard let sealed = try row.decode("sealed_answer", as: [UInt8]?.self) else { return .underWay }
        let opened = try keyring.open(sealed, context: request)
        return .answered(try JSONDecoder().decode(Answer.self, from: Data(opened)))
    }

    func keep(_ answer: Answer, for request: [UInt8]) async throws {
        let sealed = try keyring.seal(Array(try JSONEncoder().encode(answer)), context: request)
        _ = try await pool.query(
            "UPDATE gateway.operator_answers SET sealed_answer = \(sealed) WHERE request = \(request)")
    }

    /// The work was not done; whoever sends the request again does it.
    func release(_ request: [UInt8]) async throws {
        _ = try await pool.query(
            "DELETE FROM gateway.operator_answers WHERE request = \(request) AND sealed_answer IS NULL")
    }
}
