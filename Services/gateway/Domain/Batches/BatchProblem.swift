/// Why a batch cannot begin: one entry of its `errors`, in OpenAI's form. Lines count from 1.
struct BatchProblem: Error, Sendable, Equatable, Codable {
    var code: String
    var message: String
    var param: String?
    var line: Int?

    init(_ code: String, _ message: String, _ parameter: String? = nil, line: Int? = nil) {
        self.code = code
        self.message = message
        param = parameter
        self.line = line
    }

    static func missing(_ parameter: String) -> BatchProblem {
        BatchProblem("missing_required_parameter", "Missing required parameter: '\(parameter)'.", parameter)
    }

    static func invalid(_ parameter: String, _ reason: String) -> BatchProblem {
        BatchProblem("invalid_request", "Invalid '\(parameter)': \(reason).", parameter)
    }

    func at(line: Int) -> BatchProblem {
        var problem = self
        problem.line = line
        return problem
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(code, forKey: .code)
        try container.encode(message, forKey: .message)
        // Clients expect both to be there, if only as null.
        try container.encode(param, forKey: .param)
        try container.encode(line, forKey: .line)
    }
}
