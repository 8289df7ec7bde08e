import Contracts
import Testing

@testable import AgentRunner

@Suite("The first reply")
struct FirstReplyTests {
    private func answer(_ text: String, answered: Bool) -> AnswerResponse {
        AnswerResponse(
            answer: text, answered: answered, citations: [], mode: .extractive, model: nil,
            usage: AnswerUsage(promptTokens: 0, completionTokens: 0))
    }

    @Test("what the knowledge base says comes first")
    func answered() {
        let reply = FirstReply.compose(
            answer: answer("Restart the client.", answered: true),
            similar: [neighbour(3, group: nil, resolution: "Replaced the dock.")])
        #expect(reply.text.contains("Restart the client."))
        #expect(!reply.text.contains("dock"))
        #expect(reply.mode == "extractive")
    }

    @Test("without an answer an earlier resolution is proposed")
    func resolution() {
        let reply = FirstReply.compose(
            answer: answer("", answered: false), similar: [neighbour(3, group: nil, resolution: "Replaced the dock.")])
        #expect(reply.text.contains("Replaced the dock."))
    }

    @Test("when nothing is known, it says so and promises nothing")
    func nothing() {
        let reply = FirstReply.compose(answer: answer("", answered: false), similar: [neighbour(3, group: nil)])
        #expect(reply.text.contains("no ready answer"))
    }
}
