/// Where the rest of an answer meets what the client has of it: what the model says twice is left out.
struct AnswerSeam: Sendable {
    /// The beginning as the model was given it, while it may be repeated.
    private var beginning: [UInt8]?
    /// Blanks that the client has and the model was not given.
    private var blanks: ArraySlice<UInt8>
    /// What may turn out to be a repetition.
    private var held: [UInt8] = []

    init(_ broken: BrokenAnswer, _ prefill: AnswerPrefill) {
        self.init(text: broken.text, blanks: broken.blanks, prefill)
    }

    init(text: String, blanks: String, _ prefill: AnswerPrefill) {
        beginning = prefill == .whole ? Array(text.utf8) : nil
        self.blanks = Array(blanks.utf8)[...]
    }

    /// - Returns: What of the model's next piece is new to the client.
    mutating func take(_ piece: String) -> String {
        guard let beginning else { return withoutBlanks(piece) }
        held += piece.utf8
        if held.count < beginning.count, beginning.starts(with: held) { return "" }
        let rest = held.starts(with: beginning) ? held.dropFirst(beginning.count) : held[...]
        return pass(rest)
    }

    /// The text of the model has ended.
    ///
    /// - Returns: What was taken for a repetition and is none.
    mutating func end() -> String { pass(held[...]) }

    private mutating func pass(_ bytes: ArraySlice<UInt8>) -> String {
        beginning = nil
        held = []
        return withoutBlanks(String(decoding: bytes, as: UTF8.self))
    }

    private mutating func withoutBlanks(_ piece: String) -> String {
        guard !blanks.isEmpty else { return piece }
        var bytes = Array(piece.utf8)[...]
        while let first = bytes.first, first == blanks.first {
            bytes.removeFirst()
            blanks.removeFirst()
        }
        if !bytes.isEmpty { blanks = [] }
        return String(decoding: bytes, as: UTF8.self)
    }
}
