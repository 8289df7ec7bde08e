import Support
import Testing

@Suite("The anthropic client from PyPI", .serialized)
struct AnthropicClientTests {
    @Test("messages, streams, tools and schemas work, and errors are raised as its own classes")
    func client() async throws {
        try await LiveGateway.run { gateway in
            var environment = try await gateway.clientEnvironment()
            environment["ASTERISM_FAULTS"] = "yes"
            try await PythonClient.run("anthropic_client.py", environment, expecting: 55)
        }
    }
}
