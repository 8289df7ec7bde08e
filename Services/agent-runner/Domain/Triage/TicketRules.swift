import Contracts
import ServiceKit

/// What a ticket must be like to be stored. Lengths count Unicode characters.
enum TicketRules {
    /// A title is a line; ITSM products allow 160 to 255.
    static let titleCharacters = 1_000
    /// A description may carry a log; past a megabyte it is a file, not a description.
    static let textBytes = 1 << 20
    /// Names of categories, priorities, groups and the ticket's own number.
    static let nameCharacters = 200

    static func check(_ ticket: TicketInput) throws(APIError) {
        try check(title: ticket.title, description: ticket.description)
        try limit("resolution", ticket.resolution, bytes: textBytes)
        let names = [
            ("external_id", ticket.externalID), ("category", ticket.category), ("priority", ticket.priority),
            ("group", ticket.group), ("status", ticket.status),
        ]
        for (field, value) in names {
            guard let value else { continue }
            guard !value.isEmpty, value.count <= nameCharacters else {
                throw .invalid(field, "must have 1 to \(nameCharacters) characters")
            }
        }
    }

    static func check(_ request: TriageRequest) throws(APIError) {
        try check(title: request.title, description: request.description)
        if let limit = request.limit, !(1...20).contains(limit) {
            throw .invalid("limit", "must be a whole number from 1 to 20")
        }
    }

    private static func check(title: String, description: String) throws(APIError) {
        guard title.contains(where: { !$0.isWhitespace }), title.count <= titleCharacters else {
            throw .invalid("title", "must have 1 to \(titleCharacters) characters that are not all blank")
        }
        try limit("description", description, bytes: textBytes)
    }

    private static func limit(_ field: String, _ text: String?, bytes: Int) throws(APIError) {
        guard let text, text.utf8.count > bytes else { return }
        throw .invalid(field, "may have at most \(bytes) bytes in UTF-8")
    }
}
