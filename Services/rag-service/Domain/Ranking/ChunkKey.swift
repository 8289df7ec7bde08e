import Contracts

/// Names a chunk by its document and place.
struct ChunkKey: Hashable, Comparable, Sendable {
    var document: DocumentID
    var ordinal: Int

    static func < (left: ChunkKey, right: ChunkKey) -> Bool {
        left.document != right.document ? left.document < right.document : left.ordinal < right.ordinal
    }
}
