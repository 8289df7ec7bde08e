package import Foundation

/// How every body of ours is written: `snake_case` keys in a fixed order, RFC 3339 times in UTC with milliseconds.
package enum WireFormat {
    package static func encoder() -> JSONEncoder {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        encoder.dateEncodingStrategy = .custom { date, encoder in
            var container = encoder.singleValueContainer()
            try container.encode(timestamp(date))
        }
        return encoder
    }

    package static func decoder() -> JSONDecoder {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        decoder.dateDecodingStrategy = .custom { decoder in
            let container = try decoder.singleValueContainer()
            guard let date = date(try container.decode(String.self)) else {
                throw DecodingError.dataCorruptedError(
                    in: container, debugDescription: "not an RFC 3339 time such as 2026-01-31T12:00:00.000Z")
            }
            return date
        }
        return decoder
    }

    /// `2026-01-31T12:00:00.000Z`, rounded to the nearest millisecond: the formatter alone cuts off, and would so turn
    /// many a whole millisecond, which binary fractions only come near, into the one before.
    package static func timestamp(_ date: Date) -> String {
        (date + 0.0005).formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
    }

    /// Accepts an RFC 3339 time with or without a fraction.
    package static func date(_ text: String) -> Date? {
        (try? Date.ISO8601FormatStyle(includingFractionalSeconds: true).parse(text))
            ?? (try? Date.ISO8601FormatStyle().parse(text))
    }
}
