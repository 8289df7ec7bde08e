/// Resolves the escapes of a JSON string (RFC 8259 §7).
enum JSONStringDecoder {
    /// - Parameter contents: What stands between the quotes, checked by `JSONCursor`. A lone surrogate becomes U+FFFD.
    static func decode(_ contents: ArraySlice<UInt8>) -> String {
        guard contents.contains(UInt8(ascii: "\\")) else { return String(decoding: contents, as: UTF8.self) }
        var output: [UInt8] = []
        output.reserveCapacity(contents.count)
        var index = contents.startIndex
        while index < contents.endIndex {
            guard contents[index] == UInt8(ascii: "\\"), index + 1 < contents.endIndex else {
                output.append(contents[index])
                index += 1
                continue
            }
            let letter = contents[index + 1]
            if letter == UInt8(ascii: "u") {
                index = unicode(contents, at: index, into: &output)
            } else {
                output.append(single(letter))
                index += 2
            }
        }
        return String(decoding: output, as: UTF8.self)
    }

    private static func single(_ letter: UInt8) -> UInt8 {
        switch letter {
        case UInt8(ascii: "b"): 0x08
        case UInt8(ascii: "f"): 0x0C
        case UInt8(ascii: "n"): 0x0A
        case UInt8(ascii: "r"): 0x0D
        case UInt8(ascii: "t"): 0x09
        default: letter
        }
    }

    /// Appends the character of the `\u` at `index`, two of them when they are a surrogate pair; returns what follows.
    private static func unicode(_ contents: ArraySlice<UInt8>, at index: Int, into output: inout [UInt8]) -> Int {
        let first = unit(contents, at: index)
        if (0xD800...0xDBFF).contains(first), let second = lowSurrogate(contents, at: index + 6) {
            append(0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00), to: &output)
            return index + 12
        }
        append(first, to: &output)
        return index + 6
    }

    private static func lowSurrogate(_ contents: ArraySlice<UInt8>, at index: Int) -> UInt32? {
        guard index + 6 <= contents.endIndex, contents[index] == UInt8(ascii: "\\"),
            contents[index + 1] == UInt8(ascii: "u")
        else { return nil }
        let value = unit(contents, at: index)
        return (0xDC00...0xDFFF).contains(value) ? value : nil
    }

    private static func unit(_ contents: ArraySlice<UInt8>, at index: Int) -> UInt32 {
        guard index + 6 <= contents.endIndex else { return 0xFFFD }
        return UInt32(String(decoding: contents[(index + 2)..<(index + 6)], as: UTF8.self), radix: 16) ?? 0xFFFD
    }

    private static func append(_ value: UInt32, to output: inout [UInt8]) {
        let scalar = Unicode.Scalar(value) ?? "\u{FFFD}"
        output.append(contentsOf: Character(scalar).utf8)
    }
}
