import Foundation

/// Splits text into tokens: runs of letters and digits, where `-`, `_`, `.`, `@`, `:`, `/` and apostrophes join what
/// stands on both sides without a space. Each ideograph or kana is a token of its own, since no space parts them.
struct Tokenizer {
    /// Longer tokens are cut here: a base64 blob must not become a key of 10 MB.
    static let maximumTokenLength = 64

    /// One token as it stands in the text, lower-cased and without accents, with its parts between joiners.
    struct Token: Equatable {
        var parts: [String]
        /// The joiners between the parts, one fewer than those.
        var joiners: [Unicode.Scalar]
    }

    /// Calls `body` for each token, in the order of the text.
    static func forEachToken(in scalars: some Sequence<Unicode.Scalar>, _ body: (Token) -> Void) {
        var state = State()
        for scalar in scalars {
            state.accept(scalar, body)
        }
        state.finish(body)
    }

    private struct State {
        var part = ""
        var token = Token(parts: [], joiners: [])
        /// A joiner that was read but joins nothing yet.
        var pendingJoiner: Unicode.Scalar?
        var length = 0

        mutating func accept(_ scalar: Unicode.Scalar, _ body: (Token) -> Void) {
            if Tokenizer.isIdeograph(scalar) {
                finish(body)
                body(Token(parts: [String(Character(scalar))], joiners: []))
            } else if let folded = Tokenizer.fold(scalar) {
                take(folded)
            } else if Tokenizer.isMark(scalar) {
                return
            } else if let joiner = Tokenizer.joiner(scalar), !part.isEmpty, pendingJoiner == nil {
                pendingJoiner = joiner
            } else {
                finish(body)
            }
        }

        private mutating func take(_ folded: String) {
            if let joiner = pendingJoiner {
                token.parts.append(part)
                token.joiners.append(joiner)
                part = ""
                pendingJoiner = nil
            }
            guard length < Tokenizer.maximumTokenLength else { return }
            part += folded
            length += 1
        }

        mutating func finish(_ body: (Token) -> Void) {
            if !part.isEmpty { token.parts.append(part) }
            token.joiners = Array(token.joiners.prefix(max(0, token.parts.count - 1)))
            if !token.parts.isEmpty { body(token) }
            part = ""
            token = Token(parts: [], joiners: [])
            pendingJoiner = nil
            length = 0
        }
    }
}

// MARK: - Classes of scalars

extension Tokenizer {
    /// Lower case without accents; nil for what is neither letter nor digit.
    private static func fold(_ scalar: Unicode.Scalar) -> String? {
        switch scalar.value {
        case 0x30...0x39, 0x61...0x7A: return String(Character(scalar))
        case 0x41...0x5A: return String(Character(Unicode.Scalar(UInt8(scalar.value) + 0x20)))
        case 0..<0x80: return nil
        default: break
        }
        let properties = scalar.properties
        guard properties.isAlphabetic || properties.numericType == .decimal else { return nil }
        if let base = accentBase(scalar) { return base }
        return properties.lowercaseMapping
    }

    /// `é` → `e`, for the Latin letters with an accent below U+0250.
    private static func accentBase(_ scalar: Unicode.Scalar) -> String? {
        guard scalar.value < 0x250,
            let first = String(Character(scalar)).decomposedStringWithCanonicalMapping.unicodeScalars.first,
            first.isASCII
        else { return nil }
        return String(Character(first)).lowercased()
    }

    private static func isMark(_ scalar: Unicode.Scalar) -> Bool {
        scalar.value >= 0x300 && scalar.properties.generalCategory == .nonspacingMark
    }

    private static func isIdeograph(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x3040...0x30FF, 0x3400...0x4DBF, 0x4E00...0x9FFF, 0xF900...0xFAFF, 0x20000...0x3FFFF: true
        default: false
        }
    }

    private static func joiner(_ scalar: Unicode.Scalar) -> Unicode.Scalar? {
        switch scalar {
        case "-", "_", ".", "@", ":", "/", "'": scalar
        case "\u{2019}": "'"
        case "\u{2010}", "\u{2011}": "-"
        default: nil
        }
    }
}
