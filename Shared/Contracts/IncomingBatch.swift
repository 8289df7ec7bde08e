/// A ``Batch`` as its receiver reads it: an item that cannot be read is refused alone, not with all the others, so one
/// bad item never blocks its sender's journal.
package struct IncomingBatch<Item: Decodable & Sendable>: Decodable, Sendable {
    /// The most items of a batch.
    package static var maximumCount: Int { 1_000 }

    package let items: [IncomingItem<Item>]
}

/// One item of a batch, or why it cannot be read.
package enum IncomingItem<Item: Decodable & Sendable>: Decodable, Sendable {
    case readable(Item)
    case unreadable(reason: String)

    package init(from decoder: any Decoder) throws {
        do {
            self = .readable(try Item(from: decoder))
        } catch let error as DecodingError {
            self = .unreadable(reason: Self.reason(of: error))
        }
    }

    private static func reason(of error: DecodingError) -> String {
        let (path, text): ([any CodingKey], String) =
            switch error {
            case .keyNotFound(let key, let context): (context.codingPath + [key], "is missing")
            case .typeMismatch(_, let context): (context.codingPath, "has the wrong type")
            case .valueNotFound(_, let context): (context.codingPath, "is null")
            case .dataCorrupted(let context): (context.codingPath, context.debugDescription)
            @unknown default: ([], "cannot be read")
            }
        // The first two keys are `items` and the position, which the rejection names already.
        let field = path.dropFirst(2).map(\.stringValue).joined(separator: ".")
        return field.isEmpty ? text : "\(field): \(text)"
    }
}
