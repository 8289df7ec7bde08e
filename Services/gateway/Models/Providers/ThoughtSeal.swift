/// Says whose a seal on thoughts is. A vendor refuses another's, and a conversation may move from one to another.
///
/// Anthropic's are bare, also from Bedrock ("compatible across platforms", Anthropic, "Extended thinking"), because its
/// native answers are passed on as they are; other vendors' are marked with their name.
enum ThoughtSeal {
    /// - Returns: The seal with the vendor's mark.
    static func mark(_ seal: String, _ vendor: String) -> String { "\(vendor).\(seal)" }

    /// The vendor's own seal; nil for another's.
    static func unmark(_ seal: String?, _ vendor: String) -> String? {
        guard let seal, seal.hasPrefix("\(vendor).") else { return nil }
        return String(seal.dropFirst(vendor.utf8.count + 1))
    }

    /// Whether it is Anthropic's: base64 without a mark, and not one of OpenAI's encrypted contents, which are Fernet
    /// tokens (version 0x80, then a time stamp that begins with zeros).
    static func isBare(_ seal: String) -> Bool {
        !seal.isEmpty && !seal.utf8.contains(UInt8(ascii: ".")) && !seal.hasPrefix("gAAAA")
    }
}
