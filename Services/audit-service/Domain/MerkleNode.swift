/// The place of a complete subtree: its root covers the leaves from `index · 2^level` up to `(index + 1) · 2^level`.
/// Once it is complete its hash never changes.
package struct MerkleNode: Hashable, Comparable, Sendable {
    /// 0 for a leaf.
    package var level: Int
    package var index: Int64

    package init(level: Int, index: Int64) {
        self.level = level
        self.index = index
    }

    package static func < (left: Self, right: Self) -> Bool { (left.level, left.index) < (right.level, right.index) }
}
