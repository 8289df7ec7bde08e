package import ArgumentParser
import Contracts
import Foundation

/// `audit-service verify --proof FILE --key FILE|KEY`: checks a proof with no network, no database and no settings.
package struct VerifyCommand: ParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Verify the proof of an audit record offline.",
        discussion: """
            The proof is the answer of GET /v1/audit/events/{id}/proof, the key that of GET /v1/audit/key, which \
            belongs into the auditor's hands beforehand. Exits with 0 when the proof holds, with 1 when it does not.
            """)

    @Option(help: "A file with the proof as JSON, or - for standard input.")
    var proof: String

    @Option(help: "The log's verifier key, name+id+base64, or a file that holds it.")
    var key: String

    @Flag(help: "Print the result as JSON.")
    var json = false

    package init() {}

    package func run() throws {
        let outcome = Verification(proofJSON: try read(proof, "proof"), keyText: try keyText())
        FileHandle.standardOutput.write(Data((json ? outcome.json : outcome.text).utf8))
        if !outcome.holds { throw ExitCode.failure }
    }

    private func read(_ path: String, _ name: String) throws -> Data {
        if path == "-" { return FileHandle.standardInput.readDataToEndOfFile() }
        guard let data = FileManager.default.contents(atPath: path) else {
            throw ValidationError("cannot read the \(name) \(path)")
        }
        return data
    }

    /// A key has two `+`, which is rare in the name of a file; a file of that name goes first all the same.
    private func keyText() throws -> String {
        if let data = FileManager.default.contents(atPath: key) { return String(decoding: data, as: UTF8.self) }
        return key
    }
}
