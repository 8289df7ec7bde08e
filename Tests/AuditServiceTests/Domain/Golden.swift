import Cryptography
import Foundation

@testable import AuditService

/// Values that other people's programs computed, in `Tests/Golden/audit` beside the programs.
struct Golden<Content: Decodable>: Sendable where Content: Sendable {
    let content: Content

    init(_ name: String) throws {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        content = try decoder.decode(
            Content.self, from: Data(contentsOf: folder.appending(path: "Golden/audit/\(name)")))
    }
}

/// `golang.org/x/mod/sumdb`
struct TlogGolden: Decodable, Sendable {
    struct Inclusion: Decodable, Sendable {
        var size: Int64
        var index: Int64
        var hashes: [String]
    }

    struct Consistency: Decodable, Sendable {
        var from: Int64
        var to: Int64
        var hashes: [String]
    }

    var roots: [String]
    var inclusion: [Inclusion]
    var consistency: [Consistency]
    var seed: String
    var verifierKey: String
    var note: String
}

/// `pymerkle`, whose inclusion paths begin with the leaf itself.
struct PymerkleGolden: Decodable, Sendable {
    struct Inclusion: Decodable, Sendable {
        var size: Int64
        var index: Int64
        var path: [String]
    }

    var leaves: [String]
    var roots: [String]
    var inclusion: [Inclusion]
}
