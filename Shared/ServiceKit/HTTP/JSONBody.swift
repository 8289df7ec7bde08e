import Contracts
import Foundation

/// Decodes the bytes of a body of ours, with errors that name the field.
package enum JSONBody {
    /// - Throws: 400 for what is not JSON, 422 for JSON that is not a `Body`, naming the field.
    package static func decode<Body: Decodable>(_ type: Body.Type, from bytes: [UInt8]) throws(APIError) -> Body {
        try check(bytes)
        do {
            return try SharedCoders.decoder.decode(type, from: Data(bytes))
        } catch let error as DecodingError {
            throw problem(for: error, in: bytes)
        } catch {
            throw APIError(.malformedRequest, "the body cannot be read", underlying: error)
        }
    }

    /// The checks before decoding alone, for code that decodes in its own way.
    package static func check(_ bytes: [UInt8]) throws(APIError) {
        do {
            try JSONScan.check(bytes)
        } catch {
            switch error {
            case .tooDeep(let limit):
                throw APIError(.malformedRequest, "the body is nested deeper than \(limit) levels")
            case .nullCharacter(let path):
                throw .invalid(path, "may not contain the character U+0000")
            case .loneSurrogate(let path):
                throw .invalid(path, "contains half of a surrogate pair, which is not text")
            }
        }
    }

    private static func problem(for error: DecodingError, in bytes: [UInt8]) -> APIError {
        switch error {
        case .keyNotFound(let key, let context):
            return .invalid(JSONPath.path(context.codingPath + [key]), "is required")
        case .valueNotFound(_, let context):
            return .invalid(named(context), "may not be null")
        case .typeMismatch(let type, let context):
            return .invalid(named(context), "must be \(description(of: type))")
        case .dataCorrupted(let context) where context.codingPath.isEmpty:
            // A number that does not fit its field is reported in the same way as text that is not JSON.
            if (try? JSONSerialization.jsonObject(with: Data(bytes))) != nil {
                return .invalid("body", "contains a value that does not fit its field")
            }
            return APIError(.malformedRequest, "the body is not valid JSON", underlying: error)
        case .dataCorrupted(let context):
            return .invalid(named(context), context.debugDescription)
        @unknown default:
            return APIError(.malformedRequest, "the body cannot be read", underlying: error)
        }
    }

    private static func named(_ context: DecodingError.Context) -> String {
        context.codingPath.isEmpty ? "body" : JSONPath.path(context.codingPath)
    }

    private static func description(of type: any Any.Type) -> String {
        switch type {
        case is String.Type: "a string"
        case is Bool.Type: "true or false"
        case is any BinaryInteger.Type: "a whole number"
        case is any BinaryFloatingPoint.Type: "a number"
        case is [Any].Type: "an array"
        case is [String: Any].Type: "an object"
        default: "of another type"
        }
    }
}
