import Foundation
import HTTPTypes

@testable import Gateway

/// Neutral forms as JSON, for files of expectations.
enum NeutralForm {
    static func json(_ completion: Completion) -> JSONValue {
        .members(
            ("id", completion.id.map(JSONValue.string)), ("model", completion.model.map(JSONValue.string)),
            ("created", completion.created.map(JSONValue.integer)),
            (
                "choices",
                .array(
                    completion.choices.map { choice in
                        .members(
                            ("parts", .array(choice.parts.map(json))), ("finish", json(choice.finish)),
                            ("log_probabilities", choice.logProbabilities))
                    })
            ), ("usage", completion.usage.map(json)), ("fingerprint", completion.fingerprint.map(JSONValue.string)),
            ("service_tier", completion.serviceTier.map(JSONValue.string)))
    }

    static func json(_ part: ContentPart) -> JSONValue {
        switch part {
        case .text(let text): .members(("text", .string(text)))
        case .refusal(let text): .members(("refusal", .string(text)))
        case .toolCall(let call):
            .members(
                (
                    "tool_call",
                    .members(
                        ("id", .string(call.id)), ("name", .string(call.name)), ("arguments", .string(call.arguments)))
                ))
        case .reasoning(let reasoning):
            .members(
                (
                    "reasoning",
                    .members(
                        ("text", .string(reasoning.text)), ("signature", reasoning.signature.map(JSONValue.string)),
                        ("sealed", reasoning.sealed.map(JSONValue.string)))
                ))
        case .image, .audio, .document, .toolResult: .string("\(part)")
        }
    }

    static func json(_ finish: FinishReason) -> JSONValue {
        switch finish {
        case .stopSequence(let sequence): .members(("stop_sequence", sequence.map(JSONValue.string) ?? .null))
        case .other(let reason): .members(("other", .string(reason)))
        default: .string("\(finish)")
        }
    }

    static func json(_ usage: TokenUsage) -> JSONValue {
        .members(
            ("prompt", .integer(usage.prompt)), ("completion", .integer(usage.completion)),
            ("cached", .integer(usage.cached)), ("cache_write", .integer(usage.cacheWrite)),
            ("reasoning", .integer(usage.reasoning)))
    }

    static func json(_ failure: ProviderFailure) -> JSONValue {
        .members(
            ("status", .integer(Int64(failure.error.status))), ("code", failure.error.code.map(JSONValue.string)),
            ("parameter", failure.error.parameter.map(JSONValue.string)),
            ("blame", .string(failure.blame.rawValue)),
            ("retry_after", failure.error.headers[.retryAfter].map(JSONValue.string)))
    }

    static func json(_ event: CompletionEvent) -> JSONValue {
        switch event {
        case .begin(let id, let model, let created):
            named(
                "begin",
                .members(
                    ("id", id.map(JSONValue.string)), ("model", model.map(JSONValue.string)),
                    ("created", created.map(JSONValue.integer))))
        case .text(let text, let choice): named("text", .string(text), choice)
        case .reasoning(let text, let choice): named("reasoning", .string(text), choice)
        case .reasoningSeal(let signature, let sealed, let choice):
            named(
                "seal",
                .members(("signature", signature.map(JSONValue.string)), ("sealed", sealed.map(JSONValue.string))),
                choice)
        case .refusal(let text, let choice): named("refusal", .string(text), choice)
        case .toolCall(let index, let id, let name, let choice):
            named(
                "tool_call",
                .members(("index", .integer(Int64(index))), ("id", .string(id)), ("name", .string(name))), choice)
        case .toolArguments(let index, let text, let choice):
            named("tool_arguments", .members(("index", .integer(Int64(index))), ("text", .string(text))), choice)
        case .logProbabilities(let value, let choice): named("log_probabilities", value, choice)
        case .finish(let reason, let choice): named("finish", json(reason), choice)
        case .usage(let usage): named("usage", json(usage))
        case .failure(let failure): named("failure", json(failure))
        case .end: .string("end")
        }
    }

    static func json(_ answer: EmbeddingAnswer) -> JSONValue {
        let vectors = answer.vectors.map { vector in
            switch vector {
            case .numbers(let numbers): numbers
            case .base64(let text): JSONValue.string(text)
            }
        }
        return .members(
            ("model", answer.model.map(JSONValue.string)), ("vectors", .array(vectors)),
            ("usage", answer.usage.map(json)))
    }

    /// The first choice goes without saying.
    private static func named(_ name: String, _ value: JSONValue, _ choice: Int = 0) -> JSONValue {
        .members((name, value), ("choice", choice == 0 ? nil : .integer(Int64(choice))))
    }
}
