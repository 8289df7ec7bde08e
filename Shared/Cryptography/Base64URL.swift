/// Base64 without padding in the alphabet of URLs (RFC 4648 section 5), as JWT writes it (RFC 7515).
package enum Base64URL {
    package static func encode(_ bytes: [UInt8]) -> String {
        Base64Coder.url.encode(bytes, padded: false)
    }

    /// Nil for padding, characters outside the alphabet, an impossible length or unused bits that are not zero: each
    /// value has exactly one text.
    package static func decode(_ text: String) -> [UInt8]? {
        Base64Coder.url.decode(Array(text.utf8))
    }
}

/// Base64 with padding in the standard alphabet (RFC 4648 section 4), for keys in settings and bytes in JSON.
package enum Base64 {
    package static func encode(_ bytes: [UInt8]) -> String {
        Base64Coder.standard.encode(bytes, padded: true)
    }

    /// Nil for anything that `encode` would not have written, such as line breaks or missing padding.
    package static func decode(_ text: String) -> [UInt8]? {
        var characters = Array(text.utf8)
        guard characters.count.isMultiple(of: 4) else { return nil }
        for _ in 0..<2 where characters.last == UInt8(ascii: "=") { characters.removeLast() }
        return Base64Coder.standard.decode(characters)
    }
}
