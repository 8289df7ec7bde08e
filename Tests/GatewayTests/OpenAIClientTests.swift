import Contracts
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
            try await PythonClient.run("openai_client.py", environment, expecting: 90)
        }
    }

    @Test("uploads files, runs batches, reads results, and finds nothing of another tenant")
    func batches() async throws {
        try await LiveGateway.run { gateway in
            var environment = try await gateway.clientEnvironment()
            environment["ASTERISM_FAULTS"] = "yes"
            environment["ASTERISM_OTHER_KEY"] = try await gateway.makeCustomer().key
            try await PythonClient.run("openai_batches.py", environment, expecting: 28)
        }
    }
}

extension LiveGateway {
    /// What the scripts in Python want to know: a customer, one without money, one who may call six times a minute, one
    /// whose key may not use models. The models `fault-STATUS` fail with that status.
    func clientEnvironment() async throws -> [String: String] {
        let customer = try await makeCustomer()
        let poor = try await makeCustomer()
        billing.state.withLock { $0.budgets[poor.tenant] = 1 }
        let slow = try await makeCustomer(requestsPerMinute: 6)
        provider.failByName()
        return [
            "ASTERISM_URL": url, "ASTERISM_API_KEY": customer.key, "ASTERISM_POOR_KEY": poor.key,
            "ASTERISM_SLOW_KEY": slow.key, "ASTERISM_VIEWER_KEY": try await makeViewerKey(customer.tenant),
        ]
    }

    /// A key that may look at models and not use them.
    func makeViewerKey(_ tenant: TenantID) async throws -> String {
        let key: APIKeyDescription = try await create(
            "/tenants/\(tenant)/api-keys", #"{"name": "viewer", "roles": ["viewer"]}"#)
        return try #require(key.key)
    }
}

extension FakeProvider {
    /// The statuses that a client has a class for, or should know what to do with.
    static let statuses = [400, 401, 403, 404, 408, 409, 413, 422, 429, 500, 502, 503, 529]

    /// Models whose names end in `fault-STATUS` fail with that status, those in `fault-page` with a page of HTML.
    func failByName(embeddingModel: String? = "fake-embedding") {
        for prefix in ["", embeddingModel.map { "\($0)-" }].compactMap(\.self) {
            for status in Self.statuses { fail("\(prefix)fault-\(status)", with: .status(status)) }
            fail("\(prefix)fault-page", with: .html(502))
        }
    }
}
