import Contracts
import Testing

@testable import AgentRunner

@Suite("Tickets on their way into the index")
struct TicketDraftTests {
    @Test("of several tickets with one external id the last counts; those without one all do")
    func latest() {
        let tickets = [
            TicketInput(externalID: "INC1", title: "old", description: "x"),
            TicketInput(title: "nameless", description: "x"), TicketInput(title: "nameless", description: "x"),
            TicketInput(externalID: "INC1", title: "new", description: "x"),
        ]
        #expect(TicketDraft.latest(tickets).map(\.input.title) == ["nameless", "nameless", "new"])
    }

    @Test("a title's words count twice")
    func title() {
        let draft = TicketDraft(TicketInput(title: "printer", description: "printer jam"))
        #expect(draft.frequencies["printer"] == 3)
        #expect(draft.frequencies["jam"] == 1)
        #expect(draft.length == 4)
    }
}
