/// The body of an error, `application/problem+json` (RFC 9457).
package struct Problem: Codable, Sendable, Equatable {
    /// A link to the page that explains the code, `https://asterism.dev/errors/<code>`; the page is `docs/errors/<code>.md`.
    package var type: String
    package var title: String
    package var status: Int
    /// What happened this time, for the caller's eyes.
    package var detail: String?
    package var code: ErrorCode
    package var requestID: String?
    /// Which fields of the request are wrong, for code `invalid_request`.
    package var errors: [FieldError]?

    package struct FieldError: Codable, Sendable, Equatable {
        /// The field as a JSON path without the root, such as `messages[0].content`.
        package var field: String
        package var detail: String

        package init(field: String, detail: String) {
            self.field = field
            self.detail = detail
        }
    }

    package init(
        code: ErrorCode, status: Int? = nil, detail: String? = nil, requestID: String? = nil,
        errors: [FieldError]? = nil
    ) {
        type = "https://asterism.dev/errors/\(code.rawValue)"
        title = code.title
        self.status = status ?? code.status
        self.detail = detail
        self.code = code
        self.requestID = requestID
        self.errors = errors
    }

    enum CodingKeys: String, CodingKey {
        case type, title, status, detail, code, errors
        // `requestID` would come back from snake case as `requestId`.
        case requestID = "requestId"
    }
}
