/// The names of a document's members.
protocol MemberKey: CodingKey {}

extension MemberKey {
    /// `ttlSeconds` → `ttl_seconds`, `reservedForPriority1` → `reserved_for_priority_1`.
    var wireName: String {
        var text = ""
        var previousIsLower = false
        for character in stringValue {
            let begins = character.isUppercase || character.isNumber
            if begins, previousIsLower { text += "_" }
            text += character.lowercased()
            previousIsLower = !begins
        }
        return text
    }
}

/// Reads the members of one object of a document in which everything is optional and nothing may be unknown.
///
/// Under `FieldProblems.decode` a wrong member is reported and its default taken, so that one reading finds all that
/// is wrong. Under a plain decoder, as for what was stored by a newer version, members that are not known are passed
/// over and a wrong one throws.
struct MemberReader<Key: MemberKey & CaseIterable> {
    private struct AnyKey: MemberKey {
        let stringValue: String
        let intValue: Int? = nil

        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    private let container: KeyedDecodingContainer<Key>
    private let problems: FieldProblems?

    init(_ decoder: any Decoder) throws {
        container = try decoder.container(keyedBy: Key.self)
        problems = FieldProblems.of(decoder)
        guard let problems else { return }
        let known = Set(Key.allCases.map(\.stringValue))
        let keys = try decoder.container(keyedBy: AnyKey.self).allKeys.sorted { $0.stringValue < $1.stringValue }
        for key in keys where !known.contains(key.stringValue) {
            problems.report(decoder.codingPath + [key], "is not known here")
        }
    }

    /// Whether the member is there, if only as null.
    func contains(_ key: Key) -> Bool { container.contains(key) }

    /// The member's value; `initial` when it is absent or null.
    func value<Value: Decodable>(_ key: Key, _ initial: Value) throws -> Value {
        try optional(key) ?? initial
    }

    func optional<Value: Decodable>(_ key: Key, as type: Value.Type = Value.self) throws -> Value? {
        do {
            return try container.decodeIfPresent(type, forKey: key)
        } catch let error as DecodingError {
            guard let problems else { throw error }
            problems.report(error, below: container.codingPath + [key])
            return nil
        } catch {
            // What Foundation throws for a number that does not fit its type is no `DecodingError` yet.
            guard let problems else { throw error }
            problems.report(container.codingPath + [key], "has a value that does not fit")
            return nil
        }
    }

    /// The value of a member without which the object means nothing.
    func required<Value: Decodable>(_ key: Key, or stand: Value) throws -> Value {
        if container.contains(key) { return try value(key, stand) }
        guard let problems else {
            throw DecodingError.keyNotFound(
                key, .init(codingPath: container.codingPath, debugDescription: "is required"))
        }
        problems.report(container.codingPath + [key], "is required")
        return stand
    }
}

/// A word out of a few, whose error lists them.
protocol WireWord: RawRepresentable, Codable, CaseIterable where RawValue == String {}

extension WireWord {
    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard let word = Self(rawValue: try container.decode(String.self)) else {
            throw DecodingError.dataCorruptedError(
                in: container,
                debugDescription: "must be one of \(Self.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        self = word
    }
}
