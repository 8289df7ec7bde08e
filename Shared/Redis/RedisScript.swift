import Synchronization

/// A Lua script that is sent once and called by its digest afterwards.
///
/// Make one for each script and keep it, as a `static let`: it remembers the digest the server gave it, which depends
/// on the text alone and so is good for every server.
package final class RedisScript: Sendable {
    package let source: String
    private let knownDigest = Mutex<String?>(nil)

    package init(_ source: String) {
        self.source = source
    }

    /// Nil until the script was first loaded.
    var digest: String? {
        get { knownDigest.withLock { $0 } }
        set { knownDigest.withLock { $0 = newValue } }
    }
}
