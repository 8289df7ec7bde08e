import Contracts

/// The neighbours of a new ticket and what a perfect match would have scored.
struct SimilarTickets: Codable, Sendable, Equatable {
    let neighbours: [Neighbour]
    let perfectScore: Double

    /// The best of them as the caller sees them, with scores between 0 and 1.
    func similar(limit: Int) -> [SimilarTicket] {
        neighbours.prefix(limit).map { neighbour in
            SimilarTicket(
                ticketID: neighbour.ticket, externalID: neighbour.externalID, title: neighbour.title,
                score: perfectScore > 0 ? min(1, (neighbour.score / perfectScore * 1000).rounded() / 1000) : 0,
                resolution: neighbour.resolution)
        }
    }
}
