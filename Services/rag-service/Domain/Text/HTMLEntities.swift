/// Character references of HTML: numeric ones, and the named ones that documents use.
enum HTMLEntities {
    /// What the reference at the start of `source` stands for and how long it is; nil when there is none.
    static func decode(_ source: ArraySlice<Unicode.Scalar>) -> (text: [Unicode.Scalar], length: Int)? {
        // The longest name below has eight letters; a numeric reference is no longer than `&#x10FFFF;`.
        let window = source.prefix(12)
        guard let end = window.firstIndex(of: ";") else { return nil }
        let name = String(String.UnicodeScalarView(source[(source.startIndex + 1)..<end]))
        let length = end - source.startIndex + 1
        if name.hasPrefix("#") {
            return numeric(name.dropFirst()).map { ([$0], length) }
        }
        return named[name].map { ([$0], length) }
    }

    private static func numeric(_ digits: Substring) -> Unicode.Scalar? {
        let isHexadecimal = digits.first == "x" || digits.first == "X"
        let value = isHexadecimal ? UInt32(digits.dropFirst(), radix: 16) : UInt32(digits)
        guard let value, value != 0 else { return nil }
        return Unicode.Scalar(value) ?? "\u{FFFD}"
    }

    private static let named: [String: Unicode.Scalar] = [
        "amp": "&", "lt": "<", "gt": ">", "quot": "\"", "apos": "'", "nbsp": "\u{A0}", "shy": "\u{AD}",
        "copy": "©", "reg": "®", "trade": "™", "deg": "°", "plusmn": "±", "times": "×", "divide": "÷",
        "frac12": "½", "frac14": "¼", "micro": "µ", "middot": "·", "bull": "•", "hellip": "…", "prime": "′",
        "ndash": "–", "mdash": "—", "lsquo": "‘", "rsquo": "’", "sbquo": "‚", "ldquo": "“", "rdquo": "”",
        "bdquo": "„", "laquo": "«", "raquo": "»", "dagger": "†", "sect": "§", "para": "¶", "euro": "€",
        "pound": "£", "yen": "¥", "cent": "¢", "larr": "←", "uarr": "↑", "rarr": "→", "darr": "↓", "harr": "↔",
        "le": "≤", "ge": "≥", "ne": "≠", "asymp": "≈", "infin": "∞", "minus": "−", "check": "✓",
        "agrave": "à", "aacute": "á", "acirc": "â", "atilde": "ã", "auml": "ä", "aring": "å", "aelig": "æ",
        "ccedil": "ç", "egrave": "è", "eacute": "é", "ecirc": "ê", "euml": "ë", "igrave": "ì", "iacute": "í",
        "icirc": "î", "iuml": "ï", "ntilde": "ñ", "ograve": "ò", "oacute": "ó", "ocirc": "ô", "otilde": "õ",
        "ouml": "ö", "oslash": "ø", "ugrave": "ù", "uacute": "ú", "ucirc": "û", "uuml": "ü", "szlig": "ß",
        "Auml": "Ä", "Ouml": "Ö", "Uuml": "Ü", "Eacute": "É", "Ccedil": "Ç", "Ntilde": "Ñ", "Aring": "Å",
        "Oslash": "Ø", "AElig": "Æ", "zwnj": "\u{200C}", "zwj": "\u{200D}", "ensp": "\u{2002}", "emsp": "\u{2003}",
        "thinsp": "\u{2009}",
    ]
}
