import Contracts

/// Where one term stands in one document.
struct Posting: Sendable, Equatable {
    /// Where it stands in one chunk.
    struct Entry: Sendable, Equatable {
        /// Which chunk of the document, from 0.
        var ordinal: UInt32
        var frequency: UInt32
        /// Terms in that chunk.
        var chunkLength: UInt32
    }

    /// How often the whole document has the term; each in the title counts as `LexicalRanking.titleWeight`.
    var documentFrequency: UInt32
    /// Terms in the whole document.
    var documentLength: UInt32
    /// By ordinal. Empty when the term stands in the title alone.
    var entries: [Entry]
}

extension Posting {
    /// Little-endian 32-bit words: document frequency, document length, count, then three words an entry.
    ///
    /// It is written once a generation and never changed, so one row of the index holds all of a document.
    var bytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(12 * (entries.count + 1))
        func put(_ word: UInt32) {
            for shift in stride(from: 0, to: 32, by: 8) { bytes.append(UInt8(truncatingIfNeeded: word >> shift)) }
        }
        put(documentFrequency)
        put(documentLength)
        put(UInt32(entries.count))
        for entry in entries {
            put(entry.ordinal)
            put(entry.frequency)
            put(entry.chunkLength)
        }
        return bytes
    }
}

/// The postings of one term in all documents of a tenant, read from the packed form in which the database sends them:
/// for each document its id, 16 bytes, then `Posting.bytes`.
struct PostingList: Sendable {
    var term: String
    var postings: [(document: DocumentID, posting: Posting)]

    /// Nil when the bytes are not a whole number of postings.
    init?(term: String, packed bytes: [UInt8]) {
        self.term = term
        postings = []
        var reader = PostingReader(bytes: bytes)
        while !reader.isAtEnd {
            guard let next = reader.next() else { return nil }
            postings.append(next)
        }
    }

    init(term: String, postings: [(document: DocumentID, posting: Posting)]) {
        self.term = term
        self.postings = postings
    }
}
