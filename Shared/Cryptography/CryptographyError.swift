/// Why a cryptographic operation gave no result. It never says more about secret material than this.
package enum CryptographyError: Error, Equatable {
    /// A key, seed or signature has the wrong number of bytes.
    case wrongLength(expected: Int, found: Int)
    /// An envelope is not in a format that this version knows, or is cut short.
    case malformedEnvelope
    /// The envelope names a key that is not in the keyring.
    case unknownKey(id: String)
    /// The envelope was changed, belongs to another context or was sealed with another key of the same name.
    case authenticationFailed
    /// A keyring is empty, or has a key name that is empty, too long, not printable ASCII or there twice.
    case invalidKeyring(reason: String)
    /// The library refused; the text is OpenSSL's own. Memory ran out or the build lacks the algorithm.
    case library(String)
}
