/// The word lists of the English stemmer, each ordered so that the first match is the longest.
enum EnglishSuffixes {
    static let exceptions = [
        "skis": "ski", "skies": "sky", "idly": "idl", "gently": "gentl", "ugly": "ugli", "early": "earli",
        "only": "onli", "singly": "singl", "andes": "andes", "atlas": "atlas", "bias": "bias", "cosmos": "cosmos",
        "howe": "howe", "news": "news", "sky": "sky",
    ]

    /// Beginnings after which R1 starts at once, since the rule would join words of different meaning.
    static let regionPrefixes = bytes([
        "univers", "commun", "arsen", "emerg", "gener", "inter", "later", "organ", "past",
    ])

    static let possessives = bytes(["'s'", "'s", "'"])
    static let pastAndProgressive = bytes(["eedly", "ingly", "edly", "eed", "ing", "ed"])
    static let wordsBeforeEed = bytes(["succ", "proc", "exc"])
    static let wordsBeforeIng = bytes(["even", "cann", "inn", "earr", "herr", "out"])
    static let endingsThatTakeE = bytes(["at", "bl", "iz"])
    static let doubles = bytes(["bb", "dd", "ff", "gg", "mm", "nn", "pp", "rr", "tt"])
    static let lettersBeforeLi = Array("cdeghkmnrt".utf8)

    static let derivations = pairs([
        ("ational", "ate"), ("fulness", "ful"), ("iveness", "ive"), ("ization", "ize"), ("ousness", "ous"),
        ("biliti", "ble"), ("lessli", "less"), ("tional", "tion"), ("alism", "al"), ("aliti", "al"),
        ("ation", "ate"), ("entli", "ent"), ("fulli", "ful"), ("iviti", "ive"), ("ogist", "og"), ("ousli", "ous"),
        ("abli", "able"), ("alli", "al"), ("anci", "ance"), ("ator", "ate"), ("enci", "ence"), ("izer", "ize"),
        ("bli", "ble"), ("ogi", "og"), ("li", ""),
    ])

    static let secondDerivations = pairs([
        ("ational", "ate"), ("tional", "tion"), ("alize", "al"), ("ative", ""), ("icate", "ic"), ("iciti", "ic"),
        ("ical", "ic"), ("ness", ""), ("ful", ""),
    ])

    static let residues = bytes([
        "ement", "able", "ance", "ence", "ible", "ment", "ant", "ate", "ent", "ion", "ism", "iti", "ive", "ize",
        "ous", "al", "er", "ic",
    ])

    private static func bytes(_ words: [String]) -> [[UInt8]] { words.map { Array($0.utf8) } }

    private static func pairs(_ words: [(String, String)]) -> [(suffix: [UInt8], ending: [UInt8])] {
        words.map { (Array($0.0.utf8), Array($0.1.utf8)) }
    }
}
