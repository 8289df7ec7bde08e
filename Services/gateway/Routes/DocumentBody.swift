import Contracts
import Foundation
import ServiceKit

/// Bodies in which every member is optional and none may be unknown, read as a whole.
enum DocumentBody {
    /// - Throws: 400 for what is not JSON, 422 naming every member that is not known or has another type.
    static func decode<Document: Decodable>(_ body: [UInt8]) throws(APIError) -> Document {
        try JSONBody.check(body)
        let result: (document: Document, problems: [Problem.FieldError])
        do {
            result = try FieldProblems.decode(Document.self, from: Data(body))
        } catch {
            // Says what is not JSON, or not an object.
            _ = try JSONBody.decode(Document.self, from: body)
            throw APIError(.malformedRequest, "the body cannot be read", underlying: error)
        }
        guard result.problems.isEmpty else { throw invalid(result.problems) }
        return result.document
    }

    /// 422, with the first of the problems in its text and all of them in its list.
    static func invalid(_ problems: [Problem.FieldError]) -> APIError {
        let first = problems.first.map { "\($0.field): \($0.detail)" } ?? "is not valid"
        let more = problems.count > 1 ? " (and \(problems.count - 1) more)" : ""
        return APIError(.invalidRequest, first + more, errors: problems)
    }
}
