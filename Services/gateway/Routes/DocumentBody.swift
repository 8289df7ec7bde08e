import Contracts
import Foundation
import ServiceKit

/// Bodies in which every member is optional and none may be unknown, read as a whole.
enum DocumentBody {
    /// - Throws: 400 for what is not JSON, 422 naming every member that is not known or has another type.
    static func decode<Document: Decodable>(_ body: [UInt8]) throws(APIError) -> Document {
        try JSONBody.check(body)
        if let value = try? JSONValue(parsing: body), let path = repeated(in: value, at: "") {
            // Which of the two counts would be for each reader to say.
            throw .invalid(path, "stands there twice")
        }
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

    /// The path of a member that its object has twice, in the spelling that decoding knows or in one it takes for it.
    private static func repeated(in value: JSONValue, at path: String) -> String? {
        switch value {
        case .object(let members):
            var seen: Set<String> = []
            for member in members {
                let place = path.isEmpty ? member.name : "\(path).\(member.name)"
                guard seen.insert(camelCase(member.name)).inserted else { return place }
                if let found = repeated(in: member.value, at: place) { return found }
            }
        case .array(let elements):
            for (index, element) in elements.enumerated() {
                if let found = repeated(in: element, at: "\(path)[\(index)]") { return found }
            }
        case .null, .boolean, .number, .string: break
        }
        return nil
    }

    private static func camelCase(_ name: String) -> String {
        let words = name.split(separator: "_")
        return words.prefix(1).joined() + words.dropFirst().map(\.capitalized).joined()
    }

    /// 422, with the first of the problems in its text and all of them in its list.
    static func invalid(_ problems: [Problem.FieldError]) -> APIError {
        let first = problems.first.map { "\($0.field): \($0.detail)" } ?? "is not valid"
        let more = problems.count > 1 ? " (and \(problems.count - 1) more)" : ""
        return APIError(.invalidRequest, first + more, errors: problems)
    }
}
