/// Addresses of media, as OpenAI's interfaces write them: `https://…`, or the data itself as `data:TYPE;base64,…`
/// (RFC 2397).
enum MediaURL {
    /// Nil for a data address without base64, which no vendor takes.
    static func media(_ url: String) -> ContentPart.Media? {
        guard url.utf8.prefix(5).elementsEqual("data:".utf8) else { return .url(url) }
        guard let comma = url.utf8.firstIndex(of: UInt8(ascii: ",")) else { return nil }
        let head = url.utf8[url.utf8.index(url.startIndex, offsetBy: 5)..<comma]
        let fields = head.split(separator: UInt8(ascii: ";"), omittingEmptySubsequences: false)
        guard fields.count > 1, let last = fields.last, last.elementsEqual("base64".utf8) else { return nil }
        let type = fields.first.map { String(decoding: $0, as: UTF8.self) } ?? ""
        guard !type.isEmpty else { return nil }
        return .data(type: type, base64: String(url[url.index(after: comma)...]))
    }
}
