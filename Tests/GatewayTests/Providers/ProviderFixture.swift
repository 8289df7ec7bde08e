import CurlClient
import Foundation
import Testing

@testable import Gateway

/// One vendor's folder of `Tests/GatewayTests/Fixtures/providers`: what its interface says, and what has to be read in
/// it. The files are described in docs/adding-a-provider.md.
struct ProviderFixture {
    static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Fixtures/providers")

    /// Expectations that are missing are written instead of compared, and the test fails once: for who adds a provider
    /// and reads what was written.
    static let records = ProcessInfo.processInfo.environment["RECORD_PROVIDER_FIXTURES"] != nil

    let kind: String
    let adapter: any ProviderAdapter
    let description: JSONValue
    /// The names of the files, sorted.
    let files: [String]

    init(_ kind: String) throws {
        self.kind = kind
        let folder = Self.folder.appending(path: kind)
        files = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
        description = try JSONValue(parsing: Array(Data(contentsOf: folder.appending(path: "provider.json"))))
        let options = (description["options"]?.members ?? []).map { ($0.name, $0.value.string ?? "") }
        let settings = ProviderSettings(
            baseURL: try #require(description["base_url"]?.string), apiKey: description["api_key"]?.string,
            options: Dictionary(uniqueKeysWithValues: options))
        adapter = try #require(try ProviderAdapters.make(kind, settings))
    }

    var model: String { description["model"]?.string ?? "" }
    var embeddingModel: String? { description["embedding_model"]?.string }

    func bytes(_ file: String) throws -> [UInt8] {
        let data = try Data(contentsOf: Self.folder.appending(path: "\(kind)/\(file)"))
        guard file.hasSuffix(".b64") else { return Array(data) }
        return Array(try #require(Data(base64Encoded: data, options: .ignoreUnknownCharacters)))
    }

    func json(_ file: String) throws -> JSONValue { try JSONValue(parsing: try bytes(file)) }

    /// The files of one sort, such as `answer-`, without what is expected of them.
    func cases(_ prefix: String) -> [String] {
        files.filter { $0.hasPrefix(prefix) && !$0.hasSuffix(".neutral.json") }
    }

    /// `answer-text.json` → `answer-text.neutral.json`.
    func neutral(_ file: String) -> String {
        "\(file.prefix { $0 != "." }).neutral.json"
    }

    /// Compares with the file, or writes it.
    func expect(_ value: JSONValue, in file: String) throws {
        if !files.contains(file), Self.records {
            try Data(Self.pretty(value).utf8).write(to: Self.folder.appending(path: "\(kind)/\(file)"))
            Issue.record("\(kind)/\(file) was written; read it before you keep it")
            return
        }
        guard files.contains(file) else {
            Issue.record("\(kind)/\(file) is missing; it would be \(value.compactText)")
            return
        }
        let expected = try json(file)
        #expect(value == expected, "\(kind)/\(file): \(value.compactText) instead of \(expected.compactText)")
    }

    /// Indented by two spaces, order and numbers kept.
    static func pretty(_ value: JSONValue, _ indent: String = "") -> String {
        let inner = indent + "  "
        switch value {
        case .array(let elements) where !elements.isEmpty:
            return "[\n" + elements.map { inner + pretty($0, inner) }.joined(separator: ",\n") + "\n\(indent)]"
        case .object(let members) where !members.isEmpty:
            let lines = members.map { "\(inner)\(JSONValue.string($0.name).compactText): \(pretty($0.value, inner))" }
            return "{\n" + lines.joined(separator: ",\n") + "\n\(indent)}"
        default: return value.compactText
        }
    }
}
