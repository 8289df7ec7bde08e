package import Contracts
import Foundation
package import Hummingbird

extension Request {
    /// Reads a batch item by item: a bad item is refused alone, so it never blocks its sender's journal.
    ///
    /// - Throws: 415, 413, 400 for what is no batch at all, 422 for more than 1,000 items.
    package func decodeBatch<Item: Decodable & Sendable>(
        of item: Item.Type, maximumBytes: Int = BodyLimit.medium
    ) async throws -> IncomingBatch<Item> {
        try requireContentType("application/json")
        let bytes = try await collectBytes(maximumBytes: maximumBytes)
        let batch: IncomingBatch<Item>
        do {
            batch = try SharedCoders.decoder.decode(IncomingBatch<Item>.self, from: Data(bytes))
        } catch {
            throw APIError(.malformedRequest, "the body is not a batch", underlying: error)
        }
        guard batch.items.count <= IncomingBatch<Item>.maximumCount else {
            throw APIError.invalid("items", "more than \(IncomingBatch<Item>.maximumCount)")
        }
        return batch
    }
}
