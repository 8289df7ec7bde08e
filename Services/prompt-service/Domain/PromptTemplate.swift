/// A text with variables, cut into its parts once.
///
/// `{{name}}` is replaced by the variable's value, as it stands: a value is never read as a template, so nobody can
/// reach one variable through another. `\{{` is two braces. Nothing else has a meaning, and nothing is executed.
struct PromptTemplate: Sendable, Equatable {
    enum Part: Sendable, Equatable {
        case text(String)
        case variable(String)
    }

    /// What is wrong with a text, and where: `offset` counts Unicode scalars from 0.
    enum Failure: Error, Equatable {
        case unclosed(offset: Int)
        case badName(String, offset: Int)
    }

    /// Longer names are typing errors.
    static let maximumNameLength = 64

    let parts: [Part]

    init(_ text: String) throws(Failure) {
        var parts: [Part] = []
        var literal = String.UnicodeScalarView()
        let scalars = Array(text.unicodeScalars)
        var index = 0
        while index < scalars.count {
            if Self.opens(scalars, at: index + 1), scalars[index] == "\\" {
                literal.append(contentsOf: scalars[(index + 1)...(index + 2)])
                index += 3
            } else if Self.opens(scalars, at: index) {
                let (name, end) = try Self.name(in: scalars, from: index)
                if !literal.isEmpty { parts.append(.text(String(literal))) }
                literal = String.UnicodeScalarView()
                parts.append(.variable(name))
                index = end
            } else {
                literal.append(scalars[index])
                index += 1
            }
        }
        if !literal.isEmpty { parts.append(.text(String(literal))) }
        self.parts = parts
    }

    /// Each variable once, in the order of first use.
    var variables: [String] {
        var seen = Set<String>()
        return parts.compactMap { part in
            guard case .variable(let name) = part, seen.insert(name).inserted else { return nil }
            return name
        }
    }

    /// How long `render` makes it, found without making it.
    func renderedByteCount(_ values: [String: String]) -> Int {
        parts.reduce(0) { count, part in
            switch part {
            case .text(let text): count + text.utf8.count
            case .variable(let name): count + (values[name]?.utf8.count ?? 0)
            }
        }
    }

    /// - Parameter values: Has a value for every variable; `ParsedPrompt` checks that.
    func render(_ values: [String: String]) -> String {
        parts.map { part in
            switch part {
            case .text(let text): text
            case .variable(let name): values[name] ?? ""
            }
        }.joined()
    }

    private static func opens(_ scalars: [Unicode.Scalar], at index: Int) -> Bool {
        index + 1 < scalars.count && scalars[index] == "{" && scalars[index + 1] == "{"
    }

    private static func name(
        in scalars: [Unicode.Scalar], from start: Int
    ) throws(Failure) -> (name: String, end: Int) {
        var end = start + 2
        while end + 1 < scalars.count, !(scalars[end] == "}" && scalars[end + 1] == "}") { end += 1 }
        guard end + 1 < scalars.count else { throw .unclosed(offset: start) }
        var view = String.UnicodeScalarView()
        view.append(contentsOf: scalars[(start + 2)..<end])
        let name = String(view).trimmingPrefix { $0 == " " }
        let trimmed = String(name.reversed().drop { $0 == " " }.reversed())
        guard isName(trimmed) else { throw .badName(String(view), offset: start) }
        return (trimmed, end + 2)
    }

    private static func isName(_ text: String) -> Bool {
        guard let first = text.utf8.first, text.utf8.count <= maximumNameLength else { return false }
        let isLetter = { (byte: UInt8) in (0x61...0x7A).contains(byte) || byte == UInt8(ascii: "_") }
        return isLetter(first) && text.utf8.allSatisfy { isLetter($0) || (0x30...0x39).contains($0) }
    }
}
