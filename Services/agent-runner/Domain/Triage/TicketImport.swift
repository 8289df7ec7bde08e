import Contracts
import ServiceKit

/// The lines of an import, told apart: tickets, and what is none. Blank lines are passed over.
struct TicketImport: Sendable {
    /// A file of the wrong kind has only bad lines; naming the first hundred is enough to see that.
    static let maximumRejections = 100

    private(set) var tickets: [TicketInput] = []
    private(set) var rejected: [TicketImportReport.Rejection] = []

    init(_ bytes: [UInt8]) {
        let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        for (index, line) in lines.enumerated() where !line.allSatisfy({ $0 == 0x20 || $0 == 0x0D || $0 == 0x09 }) {
            do {
                let ticket = try JSONBody.decode(TicketInput.self, from: Array(line))
                try TicketRules.check(ticket)
                tickets.append(ticket)
            } catch {
                guard rejected.count < Self.maximumRejections else { continue }
                rejected.append(.init(line: index + 1, detail: error.publicDetail ?? error.code.title))
            }
        }
    }
}
