import Cryptography

/// The state of a log: how many leaves it has, and the root over them (C2SP tlog-checkpoint).
package struct Checkpoint: Sendable, Equatable {
    /// Which log, unique in the world: `<log name>/<tenant>`.
    package var origin: String
    package var size: Int64
    package var root: [UInt8]

    package init(origin: String, size: Int64, root: [UInt8]) {
        self.origin = origin
        self.size = size
        self.root = root
    }

    /// The text that is signed: three lines.
    package var text: String { "\(origin)\n\(size)\n\(Base64.encode(root))\n" }

    /// Nil for anything that ``text`` would not have written. Extension lines, which other logs may have, are refused:
    /// ours have none.
    package init?(text: String) {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        guard lines.count == 4, lines[3].isEmpty, !lines[0].isEmpty, let size = Int64(lines[1]), size >= 0,
            let root = Base64.decode(String(lines[2])), root.count == MerkleHash.byteCount
        else { return nil }
        self.init(origin: String(lines[0]), size: size, root: root)
        // Among others, `+1` and `01` are numbers to Int64 but not to the format.
        guard Array(self.text.utf8) == Array(text.utf8) else { return nil }
    }
}
