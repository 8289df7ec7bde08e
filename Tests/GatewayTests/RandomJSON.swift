import Foundation

/// Documents for property tests: every construct of the grammar, odd spacing, escapes in keys and values.
struct RandomJSON {
    var generator: SystemRandomNumberGenerator = .init()

    mutating func object(members: [(String, String)] = [], depth: Int = 3) -> String {
        var parts = members
        for index in 0..<Int.random(in: 0...5, using: &generator) {
            parts.append((string("k\(index)_\(Int.random(in: 0...999_999, using: &generator))"), value(depth: depth)))
        }
        parts.shuffle(using: &generator)
        return "\(space()){"
            + parts.map { "\(space())\($0)\(space()):\(space())\($1)\(space())" }.joined(separator: ",")
            + "}\(space())"
    }

    mutating func value(depth: Int) -> String {
        switch Int.random(in: 0...(depth > 0 ? 7 : 5), using: &generator) {
        case 0: return ["true", "false", "null"].randomElement(using: &generator) ?? "null"
        case 1: return number()
        case 2, 3, 4, 5: return string(text())
        case 6: return object(depth: depth - 1)
        default:
            let elements = (0..<Int.random(in: 0...4, using: &generator)).map { _ in value(depth: depth - 1) }
            return "[\(space())" + elements.joined(separator: "\(space()),\(space())") + "\(space())]"
        }
    }

    mutating func number() -> String {
        ["0", "-0", "1", "-17", "3.25", "1e3", "-2.5E-2", "9007199254740993", "0.1", "12E+1"]
            .randomElement(using: &generator) ?? "0"
    }

    mutating func text() -> String {
        let pieces = [
            "", "a", "model", "\"", "\\", "/", "é", "😀", "\n", "\t", "{", "}", "[", "]", ":", ",", "stream", "日本",
        ]
        return (0..<Int.random(in: 0...8, using: &generator))
            .compactMap { _ in pieces.randomElement(using: &generator) }.joined()
    }

    /// `text` as a JSON string, each character plain or escaped by chance.
    mutating func string(_ text: String) -> String {
        var output = "\""
        for scalar in text.unicodeScalars {
            if scalar == "\"" || scalar == "\\" {
                output += "\\\(scalar)"
            } else if scalar.value < 0x20 || Int.random(in: 0...6, using: &generator) == 0 {
                for unit in String(scalar).utf16 { output += String(format: "\\u%04x", Int(unit)) }
            } else {
                output.unicodeScalars.append(scalar)
            }
        }
        return output + "\""
    }

    private mutating func space() -> String {
        ["", "", "", " ", "\n", "\t \r\n"].randomElement(using: &generator) ?? ""
    }
}
