/// Where a value stands in a JSON document, such as `messages[0].content`.
enum JSONPath {
    private enum Step {
        case member(String)
        case element(Int)
    }

    /// The path of the string that starts at `position`; slow, for errors only.
    static func path(in bytes: [UInt8], at position: Int) -> String {
        var steps: [Step] = []
        var index = 0
        while index < min(position, bytes.count) {
            switch bytes[index] {
            case UInt8(ascii: "{"): steps.append(.member(""))
            case UInt8(ascii: "["): steps.append(.element(0))
            case UInt8(ascii: "}"), UInt8(ascii: "]"): _ = steps.popLast()
            case UInt8(ascii: ","):
                if case .element(let count) = steps.last { steps[steps.count - 1] = .element(count + 1) }
            case UInt8(ascii: "\""):
                let end = endOfString(in: bytes, from: index)
                if case .member = steps.last, isName(in: bytes, after: end) {
                    let name = bytes[min(index + 1, bytes.count)..<min(max(end, index + 1), bytes.count)]
                    steps[steps.count - 1] = .member(String(decoding: name, as: UTF8.self))
                }
                index = end
            default: break
            }
            index += 1
        }
        return render(steps)
    }

    /// The path of a decoding error. Swift's names are turned back into those on the wire.
    static func path(_ keys: [any CodingKey]) -> String {
        render(keys.map { key in key.intValue.map { .element($0) } ?? .member(snakeCase(key.stringValue)) })
    }

    private static func render(_ steps: [Step]) -> String {
        var text = ""
        for step in steps {
            switch step {
            case .member(let name): text += text.isEmpty ? name : ".\(name)"
            case .element(let index): text += "[\(index)]"
            }
        }
        return text
    }

    private static func endOfString(in bytes: [UInt8], from start: Int) -> Int {
        var index = start + 1
        while index < bytes.count, bytes[index] != UInt8(ascii: "\"") {
            index += bytes[index] == UInt8(ascii: "\\") ? 2 : 1
        }
        return index
    }

    private static func isName(in bytes: [UInt8], after quote: Int) -> Bool {
        var index = quote + 1
        while index < bytes.count, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[index]) { index += 1 }
        return index < bytes.count && bytes[index] == UInt8(ascii: ":")
    }

    /// `promptTokens` → `prompt_tokens`, as JSONEncoder writes it.
    static func snakeCase(_ name: String) -> String {
        var text = ""
        var previousIsLower = false
        for character in name {
            if character.isUppercase {
                if previousIsLower { text += "_" }
                text += character.lowercased()
                previousIsLower = false
            } else {
                text.append(character)
                previousIsLower = true
            }
        }
        return text
    }
}
