import Contracts
import Cryptography
import Foundation
package import Hummingbird

/// `?limit=&cursor=` of a list route.
package struct PageRequest: Sendable, Equatable {
    package static let defaultLimit = 50
    /// More would make one answer slow for everybody; a client that wants all follows the cursor.
    package static let maximumLimit = 200

    package let limit: Int
    package let cursor: String?

    package init(limit: Int = PageRequest.defaultLimit, cursor: String? = nil) {
        self.limit = limit
        self.cursor = cursor
    }

    /// - Throws: 422 naming `limit` or `cursor`.
    package init(_ request: Request) throws(APIError) {
        let query = request.uri.queryParameters
        cursor = query["cursor"].map { String($0) }.flatMap { $0.isEmpty ? nil : $0 }
        guard let text = query["limit"] else {
            limit = Self.defaultLimit
            return
        }
        guard let value = Int(text), (1...Self.maximumLimit).contains(value) else {
            throw .invalid("limit", "must be a whole number from 1 to \(Self.maximumLimit)")
        }
        limit = value
    }

    /// The position after which this page starts, nil for the first page.
    ///
    /// - Throws: 422 for a cursor that we did not make for this kind of list.
    package func position<Position: Codable>(_ type: Position.Type = Position.self) throws(APIError) -> Position? {
        guard let cursor else { return nil }
        guard cursor.utf8.count <= 1024, let bytes = Base64URL.decode(cursor),
            let position = try? JSONDecoder().decode(Position.self, from: Data(bytes))
        else { throw .invalid("cursor", "is not a cursor from the previous page") }
        return position
    }

    /// The cursor that continues after `position`. Opaque to clients: its content may change with any release.
    package static func cursor(after position: some Codable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        return Base64URL.encode(Array(try encoder.encode(position)))
    }
}

/// `{"data": […], "next_cursor": …}`; the cursor is nil on the last page.
package struct Page<Item: Codable & Sendable>: Codable, Sendable {
    package var data: [Item]
    package var nextCursor: String?

    package init(data: [Item], nextCursor: String?) {
        self.data = data
        self.nextCursor = nextCursor
    }

    /// A page from up to `limit + 1` rows: storage reads one more than is asked for, to know whether there are more.
    package init<Position: Codable>(
        reading rows: [Item], limit: Int, position: (Item) -> Position
    ) throws {
        data = Array(rows.prefix(limit))
        nextCursor = try rows.count > limit ? data.last.map { try PageRequest.cursor(after: position($0)) } : nil
    }
}
