package import HTTPTypes

/// The head of an HTTP/1.1 request, read where it stands.
///
/// Only heads of the plainest form are read (RFC 9112 without what it lets a recipient forgive): one version, `CRLF` at
/// every line's end, printable ASCII, no folded lines, one `Content-Length` at most, no transfer coding, no upgrade, no
/// expectation, a connection that is kept. Everything else is for the HTTP server, so nothing is framed here about which
/// two readers could disagree.
package struct DirectRequestHead: Sendable {
    private struct Field {
        let name: Range<Int>
        let value: Range<Int>
    }

    private let bytes: [UInt8]
    private let fields: [Field]
    package let method: Range<Int>
    private let target: Range<Int>
    /// Bytes of the head, its empty line included.
    package let byteCount: Int
    /// Nil when none is announced: there is no body.
    package let contentLength: Int?

    /// Longer heads are for the HTTP server.
    package static let maximumBytes = 8 << 10

    /// Nil for a head that is not whole, or not of the plain form.
    ///
    /// - Parameter bytes: Begin with the head; what follows is not looked at.
    package init?(_ bytes: [UInt8]) {
        var reader = DirectHeadReader(bytes)
        guard let line = reader.requestLine() else { return nil }
        var fields: [Field] = []
        fields.reserveCapacity(16)
        var length: Int?
        while let field = reader.field() {
            guard let (name, value) = field else {
                self.bytes = bytes
                self.fields = fields
                (method, target) = line
                byteCount = reader.position
                contentLength = length
                return
            }
            switch Self.meaning(bytes, name, value) {
            case .plain: break
            case .length(let announced) where length == nil: length = announced
            case .length, .refused: return nil
            }
            fields.append(Field(name: name, value: value))
        }
        return nil
    }

    private enum Meaning {
        case plain
        case length(Int)
        case refused
    }

    /// Fields that decide where the request ends or what becomes of the connection.
    private static func meaning(_ bytes: [UInt8], _ name: Range<Int>, _ value: Range<Int>) -> Meaning {
        switch name.count {
        case 14 where isSame(bytes, name, "content-length"):
            // More digits than any body that is taken has.
            guard !value.isEmpty, value.count <= 10, bytes[value].allSatisfy({ (0x30...0x39).contains($0) }) else {
                return .refused
            }
            return .length(bytes[value].reduce(0) { $0 * 10 + Int($1 - 0x30) })
        case 17 where isSame(bytes, name, "transfer-encoding"): return .refused
        case 10 where isSame(bytes, name, "connection"):
            return isSame(bytes, value, "keep-alive") ? .plain : .refused
        case 7 where isSame(bytes, name, "upgrade"): return .refused
        case 7 where isSame(bytes, name, "trailer"): return .refused
        case 6 where isSame(bytes, name, "expect"): return .refused
        case 14 where isSame(bytes, name, "http2-settings"): return .refused
        default: return .plain
        }
    }

    package func isMethod(_ name: String) -> Bool {
        Self.isEqual(bytes, method, name)
    }

    /// Whether the target is exactly this path, without a query.
    package func isTarget(_ path: String) -> Bool {
        Self.isEqual(bytes, target, path)
    }

    /// The value of a field that is there once.
    ///
    /// - Parameter name: In lower case.
    package func value(_ name: String) -> String? {
        var found: Range<Int>?
        for field in fields where Self.isSame(bytes, field.name, name) {
            guard found == nil else { return nil }
            found = field.value
        }
        return found.map { String(decoding: bytes[$0], as: UTF8.self) }
    }

    /// How often a field is there.
    package func count(_ name: String) -> Int {
        fields.count { Self.isSame(bytes, $0.name, name) }
    }

    /// Whether a field is there once and has this value.
    package func has(_ name: String, _ value: String) -> Bool {
        var count = 0
        for field in fields where Self.isSame(bytes, field.name, name) {
            guard Self.isEqual(bytes, field.value, value) else { return false }
            count += 1
        }
        return count == 1
    }

    /// The fields whose names satisfy `isWanted`, in their order. Names are compared in lower case by HTTP's types.
    ///
    /// - Parameter prefixes: Of the names wanted, in lower case.
    package func fields(withPrefixes prefixes: [String]) -> HTTPFields {
        var chosen = HTTPFields()
        for field in fields where prefixes.contains(where: { Self.begins(bytes, field.name, $0) }) {
            guard let name = HTTPField.Name(String(decoding: bytes[field.name], as: UTF8.self)) else { continue }
            chosen.append(HTTPField(name: name, value: String(decoding: bytes[field.value], as: UTF8.self)))
        }
        return chosen
    }

    private static func isEqual(_ bytes: [UInt8], _ range: Range<Int>, _ text: String) -> Bool {
        guard range.count == text.utf8.count else { return false }
        var place = range.lowerBound
        for byte in text.utf8 {
            guard bytes[place] == byte else { return false }
            place += 1
        }
        return true
    }

    private static func isSame(_ bytes: [UInt8], _ range: Range<Int>, _ lowercased: String) -> Bool {
        range.count == lowercased.utf8.count && begins(bytes, range, lowercased)
    }

    private static func begins(_ bytes: [UInt8], _ range: Range<Int>, _ lowercased: String) -> Bool {
        guard range.count >= lowercased.utf8.count else { return false }
        var place = range.lowerBound
        for byte in lowercased.utf8 {
            let own = bytes[place]
            guard own == byte || (own >= 0x41 && own <= 0x5A && own | 0x20 == byte) else { return false }
            place += 1
        }
        return true
    }
}
