/// A certificate and its key, by which the client identifies itself to a server.
package struct ClientCertificate: Sendable, Equatable {
    /// PEM, the leaf first.
    package var certificateFile: String
    /// PEM, not encrypted.
    package var keyFile: String

    package init(certificateFile: String, keyFile: String) {
        self.certificateFile = certificateFile
        self.keyFile = keyFile
    }
}
