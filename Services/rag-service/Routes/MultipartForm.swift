/// The parts of a `multipart/form-data` body (RFC 7578), read whole.
struct MultipartForm {
    struct Part {
        var name: String
        var fileName: String?
        var contentType: String?
        var body: ArraySlice<UInt8>
    }

    /// A form for one document has five fields.
    private static let maximumParts = 16

    private(set) var parts: [Part] = []

    /// Nil for a body that is not what its content type says.
    init?(_ bytes: [UInt8], contentType: String) {
        guard let boundary = Self.parameter("boundary", of: contentType), (1...70).contains(boundary.utf8.count)
        else { return nil }
        let delimiter = Array("--\(boundary)".utf8)
        guard var position = Self.find(delimiter, in: bytes, from: 0) else { return nil }
        while true {
            position += delimiter.count
            if bytes[position...].starts(with: "--".utf8) { return }
            guard bytes[position...].starts(with: "\r\n".utf8) else { return nil }
            guard let end = Self.find(Array("\r\n".utf8) + delimiter, in: bytes, from: position),
                let part = Self.part(bytes[(position + 2)..<max(end, position + 2)]),
                parts.count < Self.maximumParts
            else { return nil }
            parts.append(part)
            position = end + 2
        }
    }

    func part(named name: String) -> Part? { parts.first { $0.name == name } }

    /// The text of a field; nil when it is missing or not UTF-8.
    func text(_ name: String) -> String? {
        part(named: name).flatMap { String(validating: $0.body, as: UTF8.self) }
    }

    private static func part(_ bytes: ArraySlice<UInt8>) -> Part? {
        let whole = Array(bytes)
        guard let split = find(Array("\r\n\r\n".utf8), in: whole, from: 0) else { return nil }
        var disposition: String?
        var contentType: String?
        for line in String(decoding: whole[..<split], as: UTF8.self).split(separator: "\r\n") {
            let field = line.split(separator: ":", maxSplits: 1)
            guard field.count == 2 else { continue }
            let value = field[1].drop { $0 == " " }
            switch field[0].lowercased() {
            case "content-disposition": disposition = String(value)
            case "content-type": contentType = String(value)
            default: break
            }
        }
        guard let disposition, let name = parameter("name", of: disposition) else { return nil }
        return Part(
            name: name, fileName: parameter("filename", of: disposition), contentType: contentType,
            body: whole[(split + 4)...])
    }

    /// `name` of `form-data; name="file"; filename="a.md"`.
    private static func parameter(_ name: String, of header: String) -> String? {
        for piece in header.split(separator: ";").dropFirst() {
            let pair = piece.split(separator: "=", maxSplits: 1)
            guard pair.count == 2, pair[0].drop(while: { $0 == " " }).lowercased() == name else { continue }
            var value = pair[1]
            if value.hasPrefix("\""), value.hasSuffix("\""), value.count >= 2 { value = value.dropFirst().dropLast() }
            return String(value)
        }
        return nil
    }

    /// Where `pattern` begins. Looks for its first byte, so a body of anything takes one pass.
    private static func find(_ pattern: [UInt8], in bytes: [UInt8], from start: Int) -> Int? {
        guard let first = pattern.first, start <= bytes.count else { return nil }
        var index = start
        while let next = bytes[index...].firstIndex(of: first) {
            if bytes[next...].starts(with: pattern) { return next }
            index = next + 1
        }
        return nil
    }
}
