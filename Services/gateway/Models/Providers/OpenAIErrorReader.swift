import CurlClient
import Foundation
import HTTPTypes

/// Reads errors in OpenAI's shape and those of the servers that copy its interface.
enum OpenAIErrorReader {
    static func failure(status: Int, headers: ResponseHeaders, body: [UInt8]) -> ProviderFailure {
        let value = try? JSONValue(parsing: body)
        var error = VendorError.make(
            status, message: value.flatMap(message), type: value?["error"]?["type"]?.string,
            code: value.flatMap(code), parameter: value?["error"]?["param"]?.string)
        // As it came, unless its code had to be made clear.
        if value?["error"]?.members != nil, error.code == value.flatMap(code) { error.ownBody = body }
        return VendorError.failure(status: status, headers: headers, error)
    }

    /// An error inside of a stream, where there is no status any more.
    static func failure(inStream event: JSONValue) -> ProviderFailure {
        let status = status(of: event)
        let error = VendorError.make(
            status, message: message(event), type: event["error"]?["type"]?.string, code: code(event),
            parameter: event["error"]?["param"]?.string)
        return VendorError.failure(status: status, headers: ResponseHeaders(), error)
    }

    /// OpenAI: `{"error": {"message", "type", "param", "code"}}`; Ollama: `{"error": "…"}`; vLLM before 0.10:
    /// `{"object": "error", "message", "type", "code"}`; FastAPI: `{"detail": …}`.
    private static func message(_ value: JSONValue) -> String? {
        value["error"]?["message"]?.string ?? value["error"]?.string ?? value["message"]?.string
            ?? value["detail"].map { $0.string ?? $0.compactText }
    }

    private static func code(_ value: JSONValue) -> String? {
        value["error"]?["code"]?.string ?? value["code"]?.string
    }

    private static func status(of event: JSONValue) -> Int {
        let number = event["error"]?["code"]?.integer ?? event["error"]?["status"]?.integer ?? event["code"]?.integer
        if let number, (400...599).contains(number) { return Int(number) }
        // Said in words only ("That model is currently overloaded with other requests").
        if message(event)?.lowercased().contains("overloaded") == true { return 529 }
        switch (event["error"]?["type"]?.string, code(event)) {
        case ("invalid_request_error", _), ("BadRequestError", _), (_, "context_length_exceeded"): return 400
        case ("rate_limit_error", _), ("requests", _), ("tokens", _), (_, "rate_limit_exceeded"),
            (_, "insufficient_quota"):
            return 429
        case ("overloaded_error", _), (_, "overloaded"): return 529
        default: return 500
        }
    }
}

/// What vendors' errors have in common.
enum VendorError {
    /// Longer than any explanation that helps.
    private static let maximumMessageBytes = 4_096

    /// A vendor's error in neutral words.
    static func make(
        _ status: Int, message: String?, type: String? = nil, code: String? = nil, parameter: String? = nil
    ) -> OpenAIError {
        let text = message.map { String($0.prefix(maximumMessageBytes)) } ?? ""
        let isTooLong = status == 400 || status == 413 || status == 422 ? saysContextLength(text) : false
        return OpenAIError(
            status: status, message: text.isEmpty ? "The provider refused the request with status \(status)." : text,
            type: type ?? (status == 429 ? "requests" : status >= 500 ? "server_error" : "invalid_request_error"),
            parameter: parameter,
            code: isTooLong ? "context_length_exceeded" : code ?? (status == 429 ? "rate_limit_exceeded" : nil))
    }

    /// - Parameter judged: The status whose meaning the answer has, where a vendor's own misleads, such as 400 for a
    ///   wrong key.
    static func failure(
        status: Int, judged: Int? = nil, headers: ResponseHeaders, _ error: OpenAIError
    ) -> ProviderFailure {
        // 402 is about our account there, as 403 is.
        let meaning = judged ?? (status == 402 ? 403 : status)
        var failure = ProviderFailure(status: meaning, headers: headers, error: error)
        failure.status = status
        return failure
    }

    /// Vendors say in words only that a prompt does not fit.
    private static func saysContextLength(_ message: String) -> Bool {
        let text = message.lowercased()
        return phrases.contains { text.contains($0) }
    }

    private static let phrases = [
        // OpenAI, vLLM, Mistral
        "maximum context length", "context_length_exceeded", "model's context length", "context window",
        // Anthropic, and Bedrock for it
        "prompt is too long", "input length and `max_tokens` exceed context limit",
        // llama.cpp, Ollama
        "exceeds the available context size", "exceeds the context",
        // Gemini
        "input token count",
        // Bedrock
        "input is too long", "too many input tokens",
        // Cohere
        "too many tokens",
        // Mistral
        "too large for model with",
    ]
}
