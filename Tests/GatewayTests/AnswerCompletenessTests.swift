import Testing

@testable import Gateway

@Suite("Whether an answer is complete")
struct AnswerCompletenessTests {
    @Test("an answer that a limit or a filter cut off is not complete, whole or streamed")
    func completeness() {
        let complete = [
            #"{"choices":[{"finish_reason":"stop"}]}"#, #"{"stop_reason": "end_turn"}"#, #"{"status":"completed"}"#,
            #"{"choices":[{"message":{"content":"\"finish_reason\":\"length\""},"finish_reason":"stop"}]}"#,
            #"data: {"choices":[{"finish_reason":null}]}"#, "", "\"", "\"finish_reason\"",
            #"{"finish_reason":"lengthy"}"#,
        ]
        for text in complete { #expect(AnswerCompleteness.isComplete(Array(text.utf8)), "\(text)") }
        let cut = [
            #"{"choices":[{"finish_reason":"stop"},{"finish_reason" : "length"}]}"#,
            #"data: {"choices":[{"delta":{},"finish_reason":"content_filter"}]}"#,
            #"{"stop_reason":"max_tokens"}"#, #"{"status":"incomplete"}"#,
        ]
        for text in cut { #expect(!AnswerCompleteness.isComplete(Array(text.utf8)), "\(text)") }
    }
}
