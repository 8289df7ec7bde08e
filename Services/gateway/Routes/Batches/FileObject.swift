import Foundation

/// A file in OpenAI's form.
struct FileObject: Encodable, Sendable {
    let file: StoredFile

    private enum CodingKeys: String, CodingKey {
        case id, object, bytes, createdAt, expiresAt, filename, purpose, status, statusDetails
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(file.id.wire, forKey: .id)
        try container.encode("file", forKey: .object)
        try container.encode(file.bytes, forKey: .bytes)
        try container.encode(Int64(file.createdAt.timeIntervalSince1970), forKey: .createdAt)
        try container.encode(Int64(file.expiresAt.timeIntervalSince1970), forKey: .expiresAt)
        try container.encode(file.name, forKey: .filename)
        try container.encode(file.purpose.rawValue, forKey: .purpose)
        try container.encode("processed", forKey: .status)
        try container.encodeNil(forKey: .statusDetails)
    }
}

/// `DELETE /v1/files/{id}`
struct FileDeletion: Encodable, Sendable {
    let id: String
    let object = "file"
    let deleted = true
}

/// A list in OpenAI's form, whose pages are asked for with the id of the last item (`after`).
struct ObjectList<Item: Encodable & Sendable>: Encodable, Sendable {
    let data: [Item]
    let firstID: String?
    let lastID: String?
    let hasMore: Bool

    /// A page from up to `limit + 1` items: one more than asked for is read, to know whether there are more.
    init(reading items: [Item], limit: Int, id: (Item) -> String) {
        data = Array(items.prefix(limit))
        firstID = data.first.map(id)
        lastID = data.last.map(id)
        hasMore = items.count > limit
    }

    private enum CodingKeys: String, CodingKey {
        case object, data, hasMore
        case firstID = "firstId"
        case lastID = "lastId"
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode("list", forKey: .object)
        try container.encode(data, forKey: .data)
        try container.encode(firstID, forKey: .firstID)
        try container.encode(lastID, forKey: .lastID)
        try container.encode(hasMore, forKey: .hasMore)
    }
}
