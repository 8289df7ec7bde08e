import Contracts

/// A ticket that is about to be stored, with its words counted.
struct TicketDraft: Sendable {
    let id: TicketID
    let input: TicketInput
    let frequencies: [String: Int]
    /// How many words it has, counted with repetition.
    let length: Int

    init(_ input: TicketInput) {
        id = TicketID()
        self.input = input
        let terms = TicketText.terms(title: input.title, description: input.description)
        frequencies = Dictionary(terms.map { ($0, 1) }, uniquingKeysWith: +)
        length = terms.count
    }

    /// Drafts of the tickets that count: of several with one external id, the last.
    static func latest(_ tickets: [TicketInput]) -> [TicketDraft] {
        var seen = Set<String>()
        let kept = tickets.reversed().filter { ticket in
            guard let name = ticket.externalID else { return true }
            return seen.insert(name).inserted
        }
        return kept.reversed().map(TicketDraft.init)
    }
}
