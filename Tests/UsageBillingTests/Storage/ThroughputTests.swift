import Contracts
import Foundation
import Support
import Testing

@testable import UsageBilling

/// Measurements, not tests: they print and judge nothing. Run with `ASTERISM_MEASURE=1`, best on a server that syncs.
@Suite(
    "Throughput of the ledger", .serialized, .timeLimit(.minutes(5)),
    .enabled(if: ProcessInfo.processInfo.environment["ASTERISM_MEASURE"] != nil))
struct ThroughputTests {
    @Test("events a second in batches of 1,000, and the same again as duplicates")
    func posting() async throws {
        try await withBilling { billing in
            let batches = (0..<4).map { _ -> [[UsageEvent]] in
                let tenant = TenantID()
                return (0..<10).map { _ in (0..<1_000).map { _ in sampleEvent(tenant) } }
            }
            for pass in ["new", "duplicate"] {
                let elapsed = try await ContinuousClock().measure {
                    try await withThrowingTaskGroup { group in
                        for tenant in batches {
                            group.addTask { for batch in tenant { try await billing.post(batch) } }
                        }
                        try await group.waitForAll()
                    }
                }
                print("ledger: \(pass), 4 tenants: \(Int(40_000 / (elapsed / .seconds(1)))) events/s")
            }
        }
    }
}
