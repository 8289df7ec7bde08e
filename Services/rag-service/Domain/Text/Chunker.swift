/// Cuts a document into the passages that are indexed and returned.
///
/// A chunk is whole sentences of one section where that is possible. Chunks are in order and never overlap, so that
/// the terms of a document are the sum of the terms of its chunks.
struct Chunker: Sendable {
    struct Chunk: Sendable, Equatable {
        /// Where it stands in the document's text, without white space at its ends.
        var range: Range<Int>
        /// The headings above it, outermost first, that are not part of it.
        var headings: [String]
    }

    /// A document up to this many Unicode scalars stays in one piece: an abstract or a short article is one thought.
    var wholeDocumentLength = 2_000

    /// A chunk ends with the sentence that reaches this many Unicode scalars.
    ///
    /// The ranking looks at the neighbours of a chunk too, so that small chunks keep the recall of large ones.
    var targetLength = 380

    /// No chunk is longer. A sentence that is longer is cut between words, or anywhere when it has no spaces.
    var maximumLength = 480

    /// A heading ends the chunk before it once that is this long; shorter sections stay together.
    var minimumSectionLength = 150

    init() {}

    func chunks(of parsed: ParsedText) -> [Chunk] {
        let whole = SentenceSplitter.trimmed(0..<parsed.scalars.count, of: parsed.scalars)
        if whole.count <= wholeDocumentLength {
            return whole.isEmpty ? [] : [Chunk(range: whole, headings: [])]
        }
        var packer = Packer(chunker: self, headings: parsed.headings)
        for unit in units(of: parsed) {
            packer.add(unit)
        }
        return packer.finish()
    }

    /// The sentences, cut where they are too long, with heading lines as units of their own.
    private func units(of parsed: ParsedText) -> [Range<Int>] {
        var units: [Range<Int>] = []
        var start = 0
        func append(upTo end: Int) {
            for sentence in SentenceSplitter.sentences(in: parsed.scalars, start..<end) {
                units.append(contentsOf: pieces(of: sentence, in: parsed.scalars))
            }
        }
        for heading in parsed.headings {
            append(upTo: heading.range.lowerBound)
            start = heading.range.lowerBound
            append(upTo: heading.range.upperBound)
            start = heading.range.upperBound
        }
        append(upTo: parsed.scalars.count)
        return units
    }

    private func pieces(of sentence: Range<Int>, in scalars: [Unicode.Scalar]) -> [Range<Int>] {
        var pieces: [Range<Int>] = []
        var rest = sentence
        while rest.count > maximumLength {
            let limit = rest.lowerBound + targetLength
            let space = scalars[(rest.lowerBound + 1)..<limit].lastIndex { $0.properties.isWhitespace }
            let cut = space ?? limit
            let piece = SentenceSplitter.trimmed(rest.lowerBound..<cut, of: scalars)
            if !piece.isEmpty { pieces.append(piece) }
            rest = SentenceSplitter.trimmed(cut..<rest.upperBound, of: scalars)
        }
        if !rest.isEmpty { pieces.append(rest) }
        return pieces
    }

    /// Puts units together until a chunk is full or a section ends.
    private struct Packer {
        let chunker: Chunker
        let headings: [ParsedText.Heading]
        private var nextHeading = 0
        private var path: [ParsedText.Heading] = []
        private var current: Chunk?
        private var chunks: [Chunk] = []

        init(chunker: Chunker, headings: [ParsedText.Heading]) {
            self.chunker = chunker
            self.headings = headings
        }

        mutating func add(_ unit: Range<Int>) {
            var startsSection = false
            let above = path.map(\.text)
            while nextHeading < headings.count, headings[nextHeading].range.lowerBound <= unit.lowerBound {
                let heading = headings[nextHeading]
                path.removeAll { $0.level >= heading.level }
                path.append(heading)
                nextHeading += 1
                startsSection = true
            }
            if let open = current, !isFull(open, before: unit, startsSection) {
                current?.range = open.range.lowerBound..<unit.upperBound
            } else {
                if let open = current { chunks.append(open) }
                // The chunk that begins with a heading has it in its text; only those above it are named.
                let outer = startsSection ? Array(path.dropLast().map(\.text)) : above
                current = Chunk(range: unit, headings: outer)
            }
        }

        private func isFull(_ chunk: Chunk, before unit: Range<Int>, _ startsSection: Bool) -> Bool {
            if startsSection, chunk.range.count >= chunker.minimumSectionLength { return true }
            return unit.upperBound - chunk.range.lowerBound > chunker.maximumLength
                || chunk.range.count >= chunker.targetLength
        }

        mutating func finish() -> [Chunk] {
            if let open = current { chunks.append(open) }
            return chunks
        }
    }
}
