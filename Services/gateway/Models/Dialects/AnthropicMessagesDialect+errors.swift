/// Errors in Anthropic's shape, from which its clients raise their own error classes.
extension AnthropicMessagesDialect {
    static func status(of error: OpenAIError) -> Int {
        switch (error.status, error.code) {
        case (503, "provider_overloaded"), (503, "overloaded"): 529
        // What OpenAI calls a used-up quota is a matter of the bill here.
        case (429, "insufficient_quota"): 402
        default: error.status
        }
    }

    static func body(of error: OpenAIError) -> [UInt8] {
        JSONValue.members(
            ("type", "error"),
            (
                "error",
                .members(("type", .string(type(of: status(of: error)))), ("message", .string(message(of: error))))
            ),
            ("request_id", error.requestID.map(JSONValue.string))
        ).text
    }

    static func event(of error: OpenAIError) -> [UInt8] {
        Array("event: error\ndata: ".utf8) + body(of: error) + Array("\n\n".utf8)
    }

    private static func type(of status: Int) -> String {
        switch status {
        case 401: "authentication_error"
        case 402: "billing_error"
        case 403: "permission_error"
        case 404: "not_found_error"
        case 413: "request_too_large"
        case 429: "rate_limit_error"
        case 504: "timeout_error"
        case 529: "overloaded_error"
        case 400..<500: "invalid_request_error"
        default: "api_error"
        }
    }

    /// The provider's own words, when they came in OpenAI's shape.
    private static func message(of error: OpenAIError) -> String {
        guard let body = error.ownBody, let details = (try? JSONValue(parsing: body))?["error"] else {
            return error.message
        }
        return details["message"]?.string ?? details.string ?? error.message
    }
}
