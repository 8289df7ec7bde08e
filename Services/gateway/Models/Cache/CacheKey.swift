import Contracts
import Cryptography
import Foundation
import ServiceKit

/// The name of something kept for one tenant. It can be made only with proof of the tenant, and the tenant is part both
/// of the value and of what is hashed: two tenants with the same request have keys that are never equal.
struct CacheKey: Sendable, Hashable {
    /// What is kept under a key. Keys of different kinds are never equal.
    enum Kind: String, Sendable {
        case answer, embedding, lane, question
    }

    let tenant: TenantID
    private let digest: (UInt64, UInt64, UInt64, UInt64)

    /// The key of a whole answer.
    ///
    /// - Parameters:
    ///   - dialect: Which interface was called, and all of it that is not in the body: `chat`, `messages`, `responses`.
    ///   - body: The request as it arrived. Member order and white space do not matter, nor do the members that do not
    ///     change an answer: `stream`, `stream_options`, `user`, `metadata`, `store`.
    ///   - revision: Of what else decides about the answer: the version of the tenant's configuration, with whose change
    ///     an alias may mean another model.
    init(
        answerTo body: [UInt8], dialect: String, revision: Int64 = 0, in scope: TenantScope
    ) throws(JSONSyntaxError) {
        var text = Self.preamble(.answer, scope, capacity: body.count)
        Self.append(dialect, to: &text)
        appendBigEndian(revision, to: &text)
        try CanonicalJSON.append(body, leavingOut: Self.withoutEffect, to: &text)
        self.init(scope.tenant, SHA256.hash(text))
    }

    /// The key of anything else, by its parts. Parts are told apart by their lengths.
    init(_ kind: Kind, _ parts: [[UInt8]], in scope: TenantScope) {
        var text = Self.preamble(kind, scope, capacity: parts.reduce(0) { $0 + $1.count + 8 })
        for part in parts {
            appendBigEndian(Int64(part.count), to: &text)
            text += part
        }
        self.init(scope.tenant, SHA256.hash(text))
    }

    /// 64 lower-case digits.
    var hexadecimal: String { Hexadecimal.encode(bytes) }

    var bytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(SHA256.byteCount)
        for word in [digest.0, digest.1, digest.2, digest.3] { appendBigEndian(Int64(bitPattern: word), to: &bytes) }
        return bytes
    }

    /// Members that change how an answer is delivered or accounted for, never what it says.
    static let withoutEffect = ["stream", "stream_options", "user", "metadata", "store"]

    private init(_ tenant: TenantID, _ digest: [UInt8]) {
        self.tenant = tenant
        func word(_ index: Int) -> UInt64 {
            digest[(index * 8)..<(index * 8 + 8)].reduce(0) { $0 << 8 | UInt64($1) }
        }
        self.digest = (word(0), word(1), word(2), word(3))
    }

    private static func preamble(_ kind: Kind, _ scope: TenantScope, capacity: Int) -> [UInt8] {
        var text: [UInt8] = []
        text.reserveCapacity(capacity + 96)
        append("asterism cache 1 \(kind.rawValue)", to: &text)
        let u = scope.tenant.uuid.uuid
        text += [u.0, u.1, u.2, u.3, u.4, u.5, u.6, u.7, u.8, u.9, u.10, u.11, u.12, u.13, u.14, u.15]
        return text
    }

    private static func append(_ word: String, to text: inout [UInt8]) {
        text += word.utf8
        text.append(0)
    }

    static func == (left: CacheKey, right: CacheKey) -> Bool {
        left.tenant == right.tenant && left.digest == right.digest
    }

    func hash(into hasher: inout Hasher) {
        // The digest is uniform, and the tenant is in it.
        hasher.combine(digest.0)
    }
}

/// Appends a number's eight bytes, the highest first.
private func appendBigEndian(_ number: Int64, to bytes: inout [UInt8]) {
    for shift in stride(from: 56, through: 0, by: -8) {
        bytes.append(UInt8(truncatingIfNeeded: number >> Int64(shift)))
    }
}
