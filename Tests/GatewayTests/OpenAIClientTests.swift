import Foundation
import Support
import Synchronization
import Testing

@Suite("The openai client from PyPI", .serialized)
struct OpenAIClientTests {
    @Test("completes chats, streams, tools and embeddings, and raises its own error classes")
    func client() async throws {
        guard let python = try await VendorClients.python() else { return }
        try await LiveGateway.run { gateway in
            let customer = try await gateway.makeCustomer()
            let poor = try await gateway.makeCustomer()
            gateway.billing.state.withLock { $0.budgets[poor.tenant] = 1 }
            let slow = try await gateway.makeCustomer(requestsPerMinute: 6)
            let (status, output) = try await VendorClients.execute(
                python, [VendorClients.root.appending(path: "Tests/Integration/python/openai_client.py").path],
                [
                    "ASTERISM_URL": gateway.url, "ASTERISM_API_KEY": customer.key, "ASTERISM_POOR_KEY": poor.key,
                    "ASTERISM_SLOW_KEY": slow.key,
                ])
            #expect(status == 0, "\(output)")
            #expect(output.split(separator: "\n").count { $0.hasPrefix("ok ") } >= 20, "\(output)")
        }
    }
}
