import Contracts
import ServiceKit

extension APIError {
    /// The answer to a document or a filter that is not taken.
    init(_ rejection: DocumentRejection) {
        switch rejection {
        case .invalid(let field, let detail): self = .invalid(field, detail)
        case .tooLarge(let limit): self.init(.bodyTooLarge, "a document may have at most \(limit) bytes")
        case .unsupportedMediaType(let type):
            let known = MediaType.allCases.map(\.rawValue).joined(separator: ", ")
            self.init(.unsupportedMediaType, "documents may be \(known), not \(type.prefix(100))")
        }
    }

    /// Runs `body`, with a rejection turned into the answer for it.
    static func accepting<Value>(_ body: () throws(DocumentRejection) -> Value) throws(APIError) -> Value {
        do {
            return try body()
        } catch {
            throw APIError(error)
        }
    }
}
