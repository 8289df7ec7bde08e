import Support
import Synchronization
import Testing

@Suite("The openai client from PyPI", .serialized)
struct OpenAIClientTests {
    @Test("chats, responses, tools and embeddings work, and errors are raised as its own classes")
    func client() async throws {
        try await LiveGateway.run { gateway in
            var environment = try await gateway.clientEnvironment()
            environment["ASTERISM_FAULTS"] = "yes"
            try await PythonClient.run("openai_client.py", environment, expecting: 50)
        }
    }

    @Test("uploads files, runs batches, reads results, and finds nothing of another tenant")
    func batches() async throws {
        try await LiveGateway.run { gateway in
            var environment = try await gateway.clientEnvironment()
            environment["ASTERISM_OTHER_KEY"] = try await gateway.makeCustomer().key
            try await PythonClient.run("openai_batches.py", environment, expecting: 20)
        }
    }
}

extension LiveGateway {
    /// What the scripts in Python want to know: a customer, one without money, one who may call six times a minute.
    /// The models `fault-STATUS` fail with that status.
    func clientEnvironment() async throws -> [String: String] {
        let customer = try await makeCustomer()
        let poor = try await makeCustomer()
        billing.state.withLock { $0.budgets[poor.tenant] = 1 }
        let slow = try await makeCustomer(requestsPerMinute: 6)
        for status in [400, 409, 422, 429, 500, 529] { provider.fail("fault-\(status)", with: .status(status)) }
        return [
            "ASTERISM_URL": url, "ASTERISM_API_KEY": customer.key, "ASTERISM_POOR_KEY": poor.key,
            "ASTERISM_SLOW_KEY": slow.key,
        ]
    }
}
