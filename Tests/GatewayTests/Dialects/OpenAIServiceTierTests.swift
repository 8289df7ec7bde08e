import Testing

@testable import Gateway

@Suite("Classes of service in OpenAI's words")
struct OpenAIServiceTierTests {
    @Test("what OpenAI has a word for is said in it, and nothing else is said")
    func words() {
        #expect(OpenAIServiceTier.word(for: "standard") == "default")
        #expect(OpenAIServiceTier.word(for: "priority") == "priority")
        #expect(OpenAIServiceTier.word(for: "batch") == nil)
        #expect(OpenAIServiceTier.word(for: nil) == nil)
    }

    @Test("an answer of Anthropic's is one that OpenAI's clients can read")
    func translated() throws {
        let answer = """
            {"id":"msg_1","type":"message","role":"assistant","model":"m","content":[{"type":"text","text":"hi"}],
             "stop_reason":"end_turn","usage":{"input_tokens":1,"output_tokens":1,"service_tier":"standard"}}
            """
        let completion = try AnthropicAnswer.completion(Array(answer.utf8))
        let context = AnswerContext(
            model: "m", identifier: "1", created: 0, includesUsage: false, conversation: nil)
        let chat = try JSONValue(parsing: OpenAIChatDialect.answer(completion, in: context))
        #expect(chat["service_tier"]?.string == "default")
        let response = try JSONValue(parsing: OpenAIResponsesDialect.answer(completion, in: context))
        #expect(response["service_tier"]?.string == "default")
    }
}
