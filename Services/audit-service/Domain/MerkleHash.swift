import Cryptography

/// The hashes of a Merkle tree as RFC 6962 §2.1 defines them: SHA-256 with a byte in front that keeps a leaf from
/// passing for a node.
package enum MerkleHash {
    package static let byteCount = SHA256.byteCount

    /// The root of a tree without leaves.
    package static let empty = SHA256.hash([UInt8]())

    package static func leaf(_ entry: [UInt8]) -> [UInt8] { SHA256.hash([0x00] + entry) }

    package static func node(_ left: [UInt8], _ right: [UInt8]) -> [UInt8] { SHA256.hash([0x01] + left + right) }
}
