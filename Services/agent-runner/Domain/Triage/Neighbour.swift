import Contracts

/// An earlier ticket and how much it resembles the new one.
struct Neighbour: Sendable, Equatable, Codable {
    let ticket: TicketID
    let externalID: String?
    let title: String
    let category: String?
    let priority: String?
    let group: String?
    let resolution: String?
    /// BM25, above zero.
    let score: Double
}
