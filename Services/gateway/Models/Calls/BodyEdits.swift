/// Changes to a body, by place, so that every byte that is not named stays as it was.
struct BodyEdits {
    private var edits: [(range: Range<Int>, replacement: [UInt8])] = []

    var isEmpty: Bool { edits.isEmpty }

    mutating func replace(_ range: Range<Int>, with text: String) {
        replace(range, with: Array(text.utf8))
    }

    mutating func replace(_ range: Range<Int>, with bytes: [UInt8]) {
        edits.append((range, bytes))
    }

    mutating func insert(_ text: String, at index: Int) {
        replace(index..<index, with: text)
    }

    /// The body with all edits made. Their ranges must not overlap; two insertions at one place keep their order.
    func applied(to body: [UInt8]) -> [UInt8] {
        guard !edits.isEmpty else { return body }
        var output: [UInt8] = []
        output.reserveCapacity(body.count + edits.reduce(0) { $0 + $1.replacement.count })
        var position = 0
        let ordered = edits.enumerated().sorted {
            ($0.element.range.lowerBound, $0.offset) < ($1.element.range.lowerBound, $1.offset)
        }
        for (_, edit) in ordered {
            output.append(contentsOf: body[position..<edit.range.lowerBound])
            output.append(contentsOf: edit.replacement)
            position = edit.range.upperBound
        }
        output.append(contentsOf: body[position...])
        return output
    }
}
