/// Why a proof does not hold.
package enum ProofFailure: Error, Equatable, CustomStringConvertible {
    case checkpointMalformed
    case signedByOtherKey
    case signatureInvalid
    case entryNotBase64
    case hashNotHexadecimal(field: String)
    case leafHashMismatch
    case treeSizeMismatch
    case notIncluded
    case entryNotARecord
    case foreignRecord

    package var description: String {
        switch self {
        case .checkpointMalformed: "the checkpoint is not a signed note of one log"
        case .signedByOtherKey: "the checkpoint is signed by another key, or for another log"
        case .signatureInvalid: "the signature of the checkpoint is wrong: its text or the signature was altered"
        case .entryNotBase64: "the entry is not base64 as it is written canonically"
        case .hashNotHexadecimal(let field): "\(field) is not 64 lower-case hexadecimal digits"
        case .leafHashMismatch: "the leaf hash is not that of the entry: one of them was altered"
        case .treeSizeMismatch: "the tree size is not the one that the checkpoint signs"
        case .notIncluded: "the hashes do not lead to the signed root: the entry, its index or a hash was altered"
        case .entryNotARecord: "the entry is not an audit record"
        case .foreignRecord: "the record belongs to another tenant than the log"
        }
    }
}
