/// Why a text is not JSON (RFC 8259), and where.
struct JSONSyntaxError: Error, Equatable {
    enum Reason: String {
        case unexpectedByte = "unexpected character"
        case unexpectedEnd = "unexpected end"
        case badEscape = "bad escape sequence"
        case controlCharacter = "unescaped control character"
        case badNumber = "bad number"
        case tooDeep = "nested too deeply"
        case trailingBytes = "something follows the value"
        case notUTF8 = "not UTF-8"
        case notAnObject = "not an object"
    }

    let reason: Reason
    /// In bytes from the start of the text.
    let offset: Int
}
