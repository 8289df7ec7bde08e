import Cryptography

/// Ids of tool calls, for vendors that give none or take not every text as one.
///
/// All of it is a function of its input: the same call gets the same id wherever it is asked for, so a result finds its
/// call in every later turn.
enum ToolCallID {
    /// An id for a call that its vendor gave none: unique as long as the answer's id is.
    static func made(answer: String?, choice: Int, index: Int, name: String) -> String {
        "call_" + digest("\(answer ?? "")|\(choice)|\(index)|\(name)").prefix(24)
    }

    /// The id in letters, digits, `_` and `-`, 64 at most (Anthropic, Bedrock).
    static func plain(_ id: String) -> String {
        let isPlain = id.utf8.allSatisfy { PathSegment.isUnreserved($0) && $0 != 0x2E && $0 != 0x7E }
        return isPlain && (1...64).contains(id.utf8.count) ? id : "call_" + digest(id).prefix(24)
    }

    /// The id in exactly nine letters and digits (Mistral).
    static func short(_ id: String) -> String {
        let fits =
            id.utf8.count == 9
            && id.utf8.allSatisfy { PathSegment.isUnreserved($0) && $0 >= 0x30 && $0 != 0x5F && $0 != 0x7E }
        return fits ? id : String(digest(id).prefix(9))
    }

    private static func digest(_ text: String) -> String { Hexadecimal.encode(SHA256.hash(text)) }
}
