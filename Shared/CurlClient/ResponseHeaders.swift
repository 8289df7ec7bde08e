/// The header fields of an answer, in the order received; a name may come more than once. Names compare without
/// regard to case (RFC 9110, section 5.1).
///
/// Kept as one block of bytes and decoded when asked for: most answers are asked for one or two fields.
package struct ResponseHeaders: Sendable, Equatable {
    // "name:value\n" for each field, the value trimmed. Neither part can hold a line break.
    private var block: [UInt8] = []
    private static let colon = UInt8(ascii: ":")
    private static let lineFeed = UInt8(ascii: "\n")

    package init() {}

    /// Fields for tests and fakes. A name with a colon or a part with a line break cannot come from the wire and is
    /// left out.
    package init(_ fields: [(String, String)]) {
        for (name, value) in fields {
            let isPlain = !name.isEmpty && !name.utf8.contains(Self.colon)
            guard isPlain, !(name.utf8.contains(Self.lineFeed) || value.utf8.contains(Self.lineFeed)) else { continue }
            block += name.utf8
            block.append(Self.colon)
            block += value.utf8
            block.append(Self.lineFeed)
        }
    }

    /// How many bytes names and values take.
    package var byteCount: Int { block.count }

    package var isEmpty: Bool { block.isEmpty }

    /// The first value of the field, or nil.
    package subscript(_ name: String) -> String? {
        var found: String?
        scan { field, value in
            guard Self.isSame(block[field], name) else { return true }
            found = String(decoding: block[value], as: UTF8.self)
            return false
        }
        return found
    }

    /// All values of the field in the order received.
    package func values(_ name: String) -> [String] {
        var found: [String] = []
        scan { field, value in
            if Self.isSame(block[field], name) { found.append(String(decoding: block[value], as: UTF8.self)) }
            return true
        }
        return found
    }

    /// Every field as received.
    package var fields: [(name: String, value: String)] {
        var all: [(name: String, value: String)] = []
        scan { field, value in
            all.append((String(decoding: block[field], as: UTF8.self), String(decoding: block[value], as: UTF8.self)))
            return true
        }
        return all
    }

    mutating func append(name: some Collection<UInt8>, value: some Collection<UInt8>) {
        block.append(contentsOf: name)
        block.append(Self.colon)
        block.append(contentsOf: value)
        block.append(Self.lineFeed)
    }

    /// Adds a folded line to the last value, separated by one space (RFC 9112, section 5.2).
    mutating func extendLast(with value: some Collection<UInt8>) {
        guard block.popLast() != nil else { return }
        block.append(UInt8(ascii: " "))
        block.append(contentsOf: value)
        block.append(Self.lineFeed)
    }

    mutating func reserveCapacity(_ bytes: Int) {
        block.reserveCapacity(bytes)
    }

    /// Calls `visit` with the ranges of each name and value until it returns false.
    private func scan(_ visit: (Range<Int>, Range<Int>) -> Bool) {
        var start = 0
        while start < block.count {
            guard let colon = block[start...].firstIndex(of: Self.colon) else { return }
            guard let end = block[colon...].firstIndex(of: Self.lineFeed) else { return }
            guard visit(start..<colon, colon + 1..<end) else { return }
            start = end + 1
        }
    }

    private static func isSame(_ field: ArraySlice<UInt8>, _ name: String) -> Bool {
        let name = name.utf8
        guard field.count == name.count else { return false }
        return zip(field, name).allSatisfy { $0.asciiLowercased == $1.asciiLowercased }
    }
}

extension UInt8 {
    var asciiLowercased: UInt8 {
        self >= UInt8(ascii: "A") && self <= UInt8(ascii: "Z") ? self | 0x20 : self
    }
}
