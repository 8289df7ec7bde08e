import Foundation
import Testing

/// Documented examples of the vendors' interfaces, as files.
enum DialectFixture {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Fixtures/dialects")

    static func text(_ name: String) throws -> String {
        try String(contentsOf: folder.appending(path: name), encoding: .utf8)
    }

    static func bytes(_ name: String) throws -> [UInt8] { Array(try text(name).utf8) }

    /// The bytes are those of the file; of JSON, but for spaces and line ends between its parts.
    static func expect(_ bytes: [UInt8], _ name: String, location: SourceLocation = #_sourceLocation) throws {
        let output = String(decoding: bytes, as: UTF8.self)
        guard name.hasSuffix(".json") else {
            #expect(try text(name) == output, sourceLocation: location)
            return
        }
        let made = try JSONSerialization.jsonObject(with: Data(bytes)) as? NSDictionary
        let expected = try JSONSerialization.jsonObject(with: Data(text(name).utf8)) as? NSDictionary
        #expect(made == expected, "\(output)", sourceLocation: location)
    }
}
