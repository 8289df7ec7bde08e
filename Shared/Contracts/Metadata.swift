/// A fact about a document: text, a number or a truth value.
package enum MetadataValue: Hashable, Sendable {
    case text(String)
    case number(Double)
    case boolean(Bool)
}

extension MetadataValue: Codable {
    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let value = try? container.decode(Bool.self) {
            self = .boolean(value)
        } else if let value = try? container.decode(Double.self) {
            self = .number(value)
        } else if let value = try? container.decode(String.self) {
            self = .text(value)
        } else {
            throw DecodingError.dataCorruptedError(
                in: container, debugDescription: "a value must be a string, a number, true or false")
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .text(let value): try container.encode(value)
        case .number(let value): try container.encode(value)
        case .boolean(let value): try container.encode(value)
        }
    }
}

/// What a fact is compared with: one value, or a list of which one must match.
package struct MetadataFilter: Hashable, Sendable {
    package var anyOf: [MetadataValue]

    package init(anyOf: [MetadataValue]) {
        self.anyOf = anyOf
    }
}

extension MetadataFilter: Codable {
    package init(from decoder: any Decoder) throws {
        if let values = try? [MetadataValue](from: decoder) {
            anyOf = values
        } else {
            anyOf = [try MetadataValue(from: decoder)]
        }
    }

    package func encode(to encoder: any Encoder) throws {
        if anyOf.count == 1, let value = anyOf.first {
            try value.encode(to: encoder)
        } else {
            try anyOf.encode(to: encoder)
        }
    }
}
