/// One line of a batch's input, read where it stands: `{"custom_id", "method", "url", "body"}`.
struct BatchLine: Sendable, Equatable {
    let customID: String
    /// The place of the body in the line.
    let body: Range<Int>

    /// - Throws: What is wrong with the line, fit to be shown to its author.
    init(_ bytes: [UInt8], endpoint: BatchEndpoint) throws(BatchProblem) {
        let document = JSONDocument(bytes)
        var found: [String: JSONDocument.Value] = [:]
        var duplicate: String?
        do {
            try document.scan { key, value in
                guard let name = Self.members.first(where: { key.matches($0) }) else { return }
                if found.updateValue(value, forKey: name) != nil { duplicate = name }
            }
        } catch {
            throw BatchProblem(
                "invalid_json_line", "This line is not valid JSON: \(error.reason.rawValue) at byte \(error.offset).")
        }
        if let duplicate { throw .invalid(duplicate, "is given more than once") }
        customID = try Self.customID(found["custom_id"], document)
        guard let method = found["method"] else { throw .missing("method") }
        guard document.text(of: method) == "POST" else { throw .invalid("method", "must be \"POST\"") }
        guard let url = found["url"] else { throw .missing("url") }
        guard document.text(of: url) == endpoint.rawValue else {
            throw BatchProblem(
                "mismatched_endpoint", "The url must be the endpoint of the batch, \(endpoint.rawValue).", "url")
        }
        guard let body = found["body"] else { throw .missing("body") }
        guard body.kind == .object else { throw .invalid("body", "must be an object") }
        var streams = false
        document.members(of: body) { key, value in
            if key.matches("stream"), document.boolean(of: value) == true { streams = true }
        }
        guard !streams else { throw .invalid("body.stream", "a batch has no streams") }
        self.body = body.range
    }

    private static let members = ["custom_id", "method", "url", "body"]

    private static func customID(
        _ value: JSONDocument.Value?, _ document: JSONDocument
    ) throws(BatchProblem) -> String {
        guard let value else { throw .missing("custom_id") }
        guard let text = document.text(of: value), (1...BatchLimits.customIDBytes).contains(text.utf8.count),
            !text.utf8.contains(0)
        else { throw .invalid("custom_id", "must be a string of 1 to \(BatchLimits.customIDBytes) bytes") }
        return text
    }
}
