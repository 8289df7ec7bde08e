import Contracts
import ServiceKit

/// The messages of a prompt with their templates parsed: the only form in which they are stored or rendered.
struct ParsedPrompt: Sendable {
    /// A conversation of examples; more belongs into the sources.
    static let maximumMessages = 64
    /// Several times the context of the models of today would be needed to use more.
    static let maximumBytes = 256 * 1024
    /// More than any model takes. Without a bound a template that names a long value often would fill the memory.
    static let maximumRenderedBytes = 4 * 1024 * 1024

    let messages: [PromptMessage]
    private let templates: [PromptTemplate]

    /// - Throws: 422 naming the message that is wrong.
    init(_ messages: [PromptMessage]) throws(APIError) {
        guard (1...Self.maximumMessages).contains(messages.count) else {
            throw .invalid("messages", "must have 1 to \(Self.maximumMessages) messages")
        }
        guard messages.reduce(0, { $0 + $1.content.utf8.count }) <= Self.maximumBytes else {
            throw .invalid("messages", "may have \(Self.maximumBytes) bytes of content together")
        }
        var templates: [PromptTemplate] = []
        for (index, message) in messages.enumerated() {
            templates.append(try Self.template(message.content, field: "messages[\(index)].content"))
        }
        self.messages = messages
        self.templates = templates
    }

    /// Each variable once, in the order of first use.
    var variables: [String] {
        var seen = Set<String>()
        return templates.flatMap(\.variables).filter { seen.insert($0).inserted }
    }

    /// - Throws: 422 naming every variable that is missing or unknown, or saying that the result would be too long.
    func render(_ values: [String: String]) throws(APIError) -> [PromptMessage] {
        let variables = variables
        let missing = variables.filter { values[$0] == nil }.map {
            Problem.FieldError(field: "variables.\($0)", detail: "is needed by the template and missing")
        }
        let unknown = Set(values.keys).subtracting(variables).sorted().map {
            Problem.FieldError(field: "variables.\($0)", detail: "is not a variable of the template")
        }
        let problems = missing + unknown
        if let first = problems.first {
            throw APIError(.invalidRequest, "\(first.field): \(first.detail)", errors: problems)
        }
        guard templates.reduce(0, { $0 + $1.renderedByteCount(values) }) <= Self.maximumRenderedBytes else {
            throw .invalid("variables", "make a prompt of more than \(Self.maximumRenderedBytes) bytes")
        }
        return zip(messages, templates).map { PromptMessage(role: $0.role, content: $1.render(values)) }
    }

    private static func template(_ text: String, field: String) throws(APIError) -> PromptTemplate {
        do {
            return try PromptTemplate(text)
        } catch {
            switch error {
            case .unclosed(let offset):
                throw .invalid(field, "has {{ at character \(offset) without }} after it; write \\{{ for two braces")
            case .badName(let name, let offset):
                throw .invalid(
                    field, "has {{\(name)}} at character \(offset), but a variable is lower-case letters, digits and _")
            }
        }
    }
}
