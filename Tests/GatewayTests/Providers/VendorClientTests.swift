import Foundation
import Support
import Testing

@testable import Gateway

/// Holds the fakes and the fixtures against the vendors' own clients from PyPI.
@Suite("Vendors' own clients from PyPI", .serialized)
struct VendorClientTests {
    /// The vendor of a fake, the script that calls it, and the key that is used.
    struct Case: Sendable, CustomTestStringConvertible {
        let vendor: any FakeVendor
        let script: String
        var key = "sk-fake-0000"

        var testDescription: String { vendor.kind }
    }

    static let cases = [
        Case(vendor: FakeOpenAI(), script: "openai_fake.py"), Case(vendor: FakeAzure(), script: "openai_fake.py"),
        Case(vendor: FakeCompatible(), script: "openai_fake.py"),
        Case(vendor: FakeAnthropic(), script: "anthropic_fake.py"),
        Case(vendor: FakeGemini(), script: "gemini_fake.py"),
        Case(vendor: FakeBedrock(), script: "bedrock_fake.py", key: "AKIDFAKE:fake/secret+key"),
        Case(vendor: FakeMistral(), script: "mistral_fake.py"), Case(vendor: FakeCohere(), script: "cohere_fake.py"),
    ]

    @Test("take the fakes for the vendors", arguments: cases)
    func fakes(_ item: Case) async throws {
        guard let python = try await VendorClients.python() else { return }
        let fake = try await FakeProvider.start(item.vendor, apiKey: item.key)
        fake.fail("fault-429", with: .status(429, retryAfterSeconds: 7))
        fake.fail("fault-500", with: .status(500))
        fake.fail("fault-event", with: .errorEvent(afterChunks: 2))
        let folder = VendorClients.root.appending(path: "Tests/Integration/python/vendors")
        let (status, output) = try await PythonClient.execute(
            python, [folder.appending(path: item.script).path],
            ["FAKE_URL": fake.baseURL, "FAKE_KEY": item.key, "FAKE_KIND": item.vendor.kind])
        await fake.stop()
        #expect(status == 0, "\(item.vendor.kind): \(output)")
        #expect(output.split(separator: "\n").count { $0.hasPrefix("ok ") } >= 12, "\(output)")
    }

    @Test("know every member that the adapters write, and read every answer of the fixtures")
    func fixtures() async throws {
        guard let python = try await VendorClients.python() else { return }
        let script = VendorClients.root.appending(path: "Tests/Integration/python/check_provider_fixtures.py").path
        let (status, output) = try await PythonClient.execute(python, [script, ProviderFixture.folder.path], [:])
        #expect(status == 0, "\(output)")
        for kind in ProviderAdapters.kinds { #expect(output.contains(" \(kind)"), "\(output)") }
    }
}

/// The virtual environment with all vendors' clients.
enum VendorClients {
    static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()

    private static let packages = [
        "openai>=3,<4", "anthropic>=2,<3", "google-genai>=3,<4", "boto3>=1.44,<2", "mistralai>=3,<4", "cohere>=7,<8",
    ]

    /// Its Python; made once; nil, with a message, when PyPI cannot be reached. In CI (`CI` is set) that is a failure.
    static func python() async throws -> String? {
        let folder = root.appending(path: ".local/python-vendors")
        let python = folder.appending(path: "bin/python").path
        let imports = "import openai, anthropic, google.genai, boto3, mistralai, cohere"
        if FileManager.default.fileExists(atPath: python),
            try await PythonClient.execute(python, ["-c", imports], [:]).status == 0
        {
            return python
        }
        let made = try await PythonClient.execute("/usr/bin/env", ["python3", "-m", "venv", folder.path], [:])
        let installed = try await PythonClient.execute(python, ["-m", "pip", "install", "--quiet"] + packages, [:])
        guard made.status == 0, installed.status == 0 else {
            print("skipped: vendors' clients cannot be installed: \(made.output) \(installed.output)")
            if ProcessInfo.processInfo.environment["CI"] != nil { Issue.record("PyPI cannot be reached") }
            return nil
        }
        return python
    }
}
