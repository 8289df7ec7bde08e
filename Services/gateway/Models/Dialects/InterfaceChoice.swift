import Contracts
import HTTPTypes
import ServiceKit

/// By which a client of Anthropic's interface says, beside the body, what the body means: the interface's version and
/// the experiments that it takes part in. Both go along to a provider that speaks the interface itself; nothing else of
/// a client's headers does.
struct InterfaceChoice: Sendable, Equatable {
    /// `anthropic-version`: a date, such as `2023-06-01`.
    let version: String?
    /// `anthropic-beta`: names, separated by commas.
    let betas: String?

    /// About twenty names; more than that only fills somebody's log.
    static let maximumBytes = 1_024

    /// Nil for a request that does not choose, and for every other interface.
    ///
    /// - Throws: 400 naming the header that is no date, no list of names, or too long.
    static func of(_ fields: HTTPFields, in dialect: ModelDialect) throws(APIError) -> InterfaceChoice? {
        guard dialect == .anthropicMessages else { return nil }
        let (version, betas) = (value(versionField, fields), value(betaField, fields))
        guard version != nil || betas != nil else { return nil }
        if let version, !isDate(version) {
            throw APIError(.malformedRequest, "anthropic-version: must be a date such as 2023-06-01")
        }
        if let betas, !isList(betas) {
            throw APIError(
                .malformedRequest,
                "anthropic-beta: must be names separated by commas, of \(maximumBytes) bytes at most")
        }
        return InterfaceChoice(version: version, betas: betas.flatMap { $0.isEmpty ? nil : $0 })
    }

    /// All of it, for telling requests apart whose bodies are the same.
    var text: String { "\(version ?? "")\n\(betas ?? "")" }

    /// Which versions there are is the vendor's to know.
    private static func isDate(_ text: String) -> Bool {
        text.utf8.count == 10
            && zip(text.utf8, "0000-00-00".utf8).allSatisfy { byte, form in
                form == UInt8(ascii: "-") ? byte == form : isDigit(byte)
            }
    }

    /// Tokens (RFC 9110 §5.6.2) without the marks that no name has, commas and spaces.
    private static func isList(_ text: String) -> Bool {
        text.utf8.count <= maximumBytes
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
                case UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."), UInt8(ascii: ","), UInt8(ascii: " "): true
                default: isDigit(byte)
                }
            }
    }

    private static let versionField = HTTPField.Name("anthropic-version")
    private static let betaField = HTTPField.Name("anthropic-beta")

    /// Of a field that is there more than once, all values with commas between them (RFC 9110 §5.3).
    private static func value(_ name: HTTPField.Name?, _ fields: HTTPFields) -> String? {
        name.flatMap { fields[$0] }
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }
}
