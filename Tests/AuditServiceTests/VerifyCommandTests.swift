import Contracts
import Foundation
import Testing

@testable import AuditService

/// The real program, with an empty environment: no settings, no database, no network.
@Suite("audit-service verify", .timeLimit(.minutes(1)))
struct VerifyCommandTests {
    struct Outcome {
        var status: Int32
        var output: String
    }

    func verify(_ proof: AuditProof, key: String, _ arguments: String...) throws -> Outcome {
        let folder = FileManager.default.temporaryDirectory.appending(path: "verify-\(UUID())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let proofFile = folder.appending(path: "proof.json")
        try WireFormat.encoder().encode(proof).write(to: proofFile)
        let keyFile = folder.appending(path: "key.txt")
        try Data("\(key)\n".utf8).write(to: keyFile)
        let process = Process()
        // The tests stand beside the programs that were built with them.
        process.executableURL = URL(filePath: CommandLine.arguments[0]).resolvingSymlinksInPath()
            .deletingLastPathComponent().appending(path: "audit-service")
        process.arguments =
            ["verify", "--proof", proofFile.path, "--key", arguments.contains("--json") ? key : keyFile.path]
            + arguments
        process.environment = [:]
        let output = Pipe()
        process.standardOutput = output
        process.standardError = output
        try process.run()
        let data = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return Outcome(status: process.terminationStatus, output: String(decoding: data, as: UTF8.self))
    }

    @Test("a proof that holds exits with zero and prints the record")
    func holds() throws {
        let sample = try SampleProof(size: 6, index: 3)
        let text = try verify(sample.proof, key: sample.key.description)
        #expect(text.status == 0)
        #expect(text.output.hasPrefix("OK"))
        #expect(text.output.contains(sample.record.id.description))
        let json = try verify(sample.proof, key: sample.key.description, "--json")
        #expect(json.status == 0)
        #expect(json.output.contains(#""verified":true"#))
    }

    @Test("an altered proof exits with one and says why")
    func altered() throws {
        let sample = try SampleProof(size: 6, index: 3)
        var proof = sample.proof
        proof.leafIndex = 2
        let outcome = try verify(proof, key: sample.key.description)
        #expect(outcome.status == 1)
        #expect(outcome.output.hasPrefix("FAILED: the hashes do not lead to the signed root"))
    }

    @Test("the key of another log exits with one")
    func otherKey() throws {
        let sample = try SampleProof(size: 6, index: 3)
        let other = try SampleProof(size: 6, index: 3)
        let outcome = try verify(sample.proof, key: other.key.description, "--json")
        #expect(outcome.status == 1)
        #expect(outcome.output.contains(#""verified":false"#))
    }
}
