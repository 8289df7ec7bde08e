import Synchronization

/// Tokens that were verified already, by their SHA-256, until they expire.
///
/// One request fans out into several calls with the same token only rarely, but a retried or streamed call repeats
/// it; the cache saves the 65 µs of an Ed25519 verification. Two generations bound it: when the young one is full the
/// old one is dropped.
final class VerificationCache: Sendable {
    /// Two generations of 2,048 tokens, about 2 MB at worst.
    private static let generationSize = 2_048

    private struct Generations {
        var young: [[UInt8]: VerifiedToken] = [:]
        var old: [[UInt8]: VerifiedToken] = [:]
    }

    private let generations = Mutex(Generations())

    func lookup(_ digest: [UInt8], at seconds: Int64) -> VerifiedToken? {
        generations.withLock { generations in
            guard let token = generations.young[digest] ?? generations.old[digest] else { return nil }
            return token.expires + ContextToken.skewSeconds > seconds ? token : nil
        }
    }

    func store(_ token: VerifiedToken, for digest: [UInt8], at seconds: Int64) {
        generations.withLock { generations in
            if generations.young.count >= Self.generationSize {
                generations.old = generations.young
                generations.young = [:]
            }
            generations.young[digest] = token
        }
    }
}
