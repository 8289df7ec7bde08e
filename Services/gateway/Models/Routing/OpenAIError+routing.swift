import HTTPTypes

extension OpenAIError {
    /// Nothing that serves the model is where the tenant's data may go.
    static func outOfResidency(_ model: String) -> OpenAIError {
        OpenAIError(
            status: 403, message: "No provider of the model '\(model)' is in a region that your data may go to.",
            type: "permission_error", parameter: "model", code: "model_out_of_residency"
        ).withoutRetry()
    }

    /// Every place that serves the model has said that it takes no more for a while.
    static func targetsBusy(_ model: String, for wait: Duration) -> OpenAIError {
        // Whole seconds, rounded up: a client that comes back a moment too early would be refused again.
        let seconds = max(1, wait.components.seconds + (wait.components.attoseconds > 0 ? 1 : 0))
        return OpenAIError(
            status: 429, message: "The providers of the model '\(model)' take no more calls for \(seconds) seconds.",
            type: "requests", code: "rate_limit_exceeded", headers: [.retryAfter: String(seconds)])
    }
}
