import Foundation
import ServiceKit

/// Names that people give to things.
enum Naming {
    /// Without blanks around it.
    ///
    /// - Throws: 422 for one that is empty, too long, or holds control characters.
    static func name(_ text: String, field: String, maximum: Int) throws(APIError) -> String {
        let name = text.trimmingCharacters(in: .whitespacesAndNewlines)
        guard (1...maximum).contains(name.unicodeScalars.count) else {
            throw .invalid(field, "must have from 1 to \(maximum) characters")
        }
        guard name.unicodeScalars.allSatisfy({ $0.value >= 0x20 && $0.value != 0x7F }) else {
            throw .invalid(field, "must not have control characters")
        }
        return name
    }
}
