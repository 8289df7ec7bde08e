extension ProviderSettings {
    /// The key of a vendor that answers nobody without one, fit to stand in a header.
    func requiredKey() throws(Problem) -> String {
        guard let key = try optionalKey() else {
            throw Problem(field: "api_key", text: "this kind of provider needs a key")
        }
        return key
    }

    /// The key, fit to stand in a header; nil for none.
    func optionalKey() throws(Problem) -> String? {
        guard let apiKey, !apiKey.isEmpty else { return nil }
        guard apiKey.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw Problem(field: "api_key", text: "must be visible ASCII characters without spaces")
        }
        return apiKey
    }

    /// An option that goes into a header or an address: visible ASCII; nil when it is not there.
    func option(_ name: String) throws(Problem) -> String? {
        guard let value = options[name], !value.isEmpty else { return nil }
        guard value.utf8.count <= 200, value.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw Problem(field: "options.\(name)", text: "must be at most 200 visible ASCII characters without spaces")
        }
        return value
    }

    /// The base address with the interface's version at its end: the operator's, else this one.
    func base(version: String) -> String {
        let last = baseURL.split(separator: "/").last ?? ""
        let isVersion = last.first == "v" && last.dropFirst().first?.isNumber == true
        return isVersion && !last.contains(".") ? baseURL : "\(baseURL)/\(version)"
    }
}

/// Writes a name as one segment of a URL's path (RFC 3986 §3.3): everything but letters, digits, `-`, `_`, `.` and `~`
/// is escaped, and a name of dots alone, which would climb, as well.
enum PathSegment {
    static func escape(_ name: String) -> String {
        let climbs = name.utf8.allSatisfy { $0 == UInt8(ascii: ".") }
        var text: [UInt8] = []
        for byte in name.utf8 {
            if isUnreserved(byte), !climbs {
                text.append(byte)
            } else {
                text.append(contentsOf: "%".utf8)
                text.append(contentsOf: [byte >> 4, byte & 0xF].map { Array("0123456789ABCDEF".utf8)[Int($0)] })
            }
        }
        return String(decoding: text, as: UTF8.self)
    }

    static func isUnreserved(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."),
            UInt8(ascii: "~"):
            true
        default: false
        }
    }
}
