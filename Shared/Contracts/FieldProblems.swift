package import Foundation
import Synchronization

/// What is wrong with a document, field by field, where all of it has to be said at once instead of the first.
package final class FieldProblems: Sendable {
    /// A document with more mistakes than these is read again after they are mended.
    private static let maximum = 100
    private static let key = CodingUserInfoKey(rawValue: "asterism.field-problems")

    private let found = Mutex<[Problem.FieldError]>([])

    init() {}

    /// Decodes a document whose types read their members through `MemberReader`: members that are not known or have
    /// another type are reported with their path, and have their defaults in the value.
    ///
    /// - Throws: What is wrong with the document as a whole.
    package static func decode<Document: Decodable>(
        _ type: Document.Type, from data: Data
    ) throws -> (document: Document, problems: [Problem.FieldError]) {
        let problems = FieldProblems()
        let decoder = WireFormat.decoder()
        if let key { decoder.userInfo[key] = problems }
        let document = try decoder.decode(type, from: data)
        return (document, problems.found.withLock { $0 })
    }

    static func of(_ decoder: any Decoder) -> FieldProblems? {
        key.flatMap { decoder.userInfo[$0] as? FieldProblems }
    }

    func report(_ path: [any CodingKey], _ detail: String) {
        found.withLock { found in
            guard found.count < Self.maximum else { return }
            let field = Self.text(of: path)
            found.append(Problem.FieldError(field: field.isEmpty ? "body" : field, detail: detail))
        }
    }

    func report(_ error: DecodingError, below path: [any CodingKey]) {
        switch error {
        case .keyNotFound(let key, let context): report(context.codingPath + [key], "is required")
        case .valueNotFound(_, let context): report(context.codingPath, "may not be null")
        case .typeMismatch(let type, let context): report(context.codingPath, "must be \(Self.description(of: type))")
        case .dataCorrupted(let context):
            report(context.codingPath.isEmpty ? path : context.codingPath, context.debugDescription)
        @unknown default: report(path, "cannot be read")
        }
    }

    /// `models.aliases.fast.targets[0].model`. Names of members are turned back into those on the wire; the names that
    /// a document itself gives, such as an alias, stay as they are.
    private static func text(of path: [any CodingKey]) -> String {
        var text = ""
        for key in path {
            if let index = key.intValue {
                text += "[\(index)]"
            } else {
                let name = (key as? any MemberKey)?.wireName ?? key.stringValue
                text += text.isEmpty ? name : ".\(name)"
            }
        }
        return text
    }

    private static func description(of type: any Any.Type) -> String {
        switch type {
        case is String.Type: "a string"
        case is Bool.Type: "true or false"
        case is any BinaryInteger.Type: "a whole number"
        case is any BinaryFloatingPoint.Type: "a number"
        case is [Any].Type: "an array"
        default: "an object"
        }
    }
}
