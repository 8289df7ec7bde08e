import Foundation
import ServiceKit
import Support
import Testing

@testable import Gateway

@Suite("The description of the interface", .serialized)
struct DescriptionTests {
    private static let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "docs/openapi.yaml")

    @Test("what is served is docs/openapi.yaml, and the page shows its operations without anything from elsewhere")
    func served() async throws {
        try await GatewayFixture.run { fixture in
            let answer = try await fixture.service.call("GET", "/openapi.yaml")
            #expect(answer.status == 200)
            #expect(answer.text == (try String(contentsOf: Self.file, encoding: .utf8)))
            let page = try await fixture.service.call("GET", "/docs")
            #expect(page.status == 200)
            #expect(page.text.contains("/v1/chat/completions"))
            #expect(!page.text.contains("http") && !page.text.contains("<script"))
        }
    }

    @Test("every route of the gateway itself is described")
    func complete() async throws {
        try await GatewayFixture.run { fixture in
            let text = try String(contentsOf: Self.file, encoding: .utf8)
            let own = fixture.service.routes.filter { $0.path.hasPrefix("/admin") || !$0.path.hasPrefix("/v1") }
            #expect(own.count > 15)
            for route in own where route.method != "HEAD" && route.path != "/docs" {
                // A name with slashes in it is one parameter in the description.
                let path = route.path.replacing("/models/**", with: "/models/{model}")
                let operations = text.components(separatedBy: "\n  \(path):\n").dropFirst().first
                let described = operations?.components(separatedBy: "\n  /").first ?? ""
                #expect(
                    described.contains("    \(route.method.lowercased()):\n"), "\(route) is not in docs/openapi.yaml")
            }
        }
    }
}
