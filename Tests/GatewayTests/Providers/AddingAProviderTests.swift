import Foundation
import Testing

@testable import Gateway

/// Keeps docs/adding-a-provider.md true: its example is this code.
@Suite("The guide to adding a provider")
struct AddingAProviderTests {
    private static let root = ProviderFixture.folder.deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()

    @Test("shows the adapter that the tests compile, word for word")
    func example() throws {
        let guide = try String(contentsOf: Self.root.appending(path: "docs/adding-a-provider.md"), encoding: .utf8)
        let file = Self.root.appending(path: "Tests/GatewayTests/Providers/LarkspurAdapter.swift")
        let code = try String(contentsOf: file, encoding: .utf8).split(separator: "\n", maxSplits: 1).last ?? ""
        #expect(guide.contains(code.trimmingCharacters(in: .whitespacesAndNewlines)))
    }

    @Test("has an example that works")
    func works() throws {
        let adapter = try LarkspurAdapter(ProviderSettings(baseURL: "https://api.larkspur.example", apiKey: "key"))
        let body = try adapter.body(of: ConformanceConversations.system, model: "lark-1")
        let said = try JSONValue(parsing: body)
        #expect(said["lines"]?.elements?.count == 3 && said["cap"]?.integer == 1_000)
        let answer = #"{"ref":"r1","says":"yes","why":"cap","count":{"in":3,"out":1}}"#
        let completion = try adapter.completion(Array(answer.utf8))
        #expect(completion.choices == [Completion.Choice(parts: [.text("yes")], finish: .length)])
        var decoder = adapter.makeStreamDecoder()
        let stream = """
            data: {"ref":"r1"}

            data: {"bit":"yes"}

            data: {"why":"done","count":{"in":3,"out":1}}


            """
        let events = try decoder.feed(Array(stream.utf8)) + decoder.finish()
        #expect(events.last == .end && events.contains(.usage(TokenUsage(prompt: 3, completion: 1))))
    }

    @Test("lists every kind of provider")
    func kinds() throws {
        let guide = try String(contentsOf: Self.root.appending(path: "docs/adding-a-provider.md"), encoding: .utf8)
        for kind in ProviderAdapters.kinds { #expect(guide.contains("`\(kind)`"), "\(kind)") }
    }
}
