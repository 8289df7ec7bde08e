import Contracts

/// A chunk as it is stored: `text` is the document's text from `start` up to `end`, in Unicode scalars.
struct IndexedChunk: Sendable, Equatable {
    var id: ChunkID
    var ordinal: Int
    var start: Int
    var end: Int
    var headings: [String]
    var text: String
}
