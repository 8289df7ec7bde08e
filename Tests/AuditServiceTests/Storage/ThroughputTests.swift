import Contracts
import Foundation
import Support
import Testing

@testable import AuditService

/// Measurements, not tests: they print and judge nothing. Run with `ASTERISM_MEASURE=1`, best on a server that syncs.
@Suite(
    "Throughput of the audit log", .serialized, .timeLimit(.minutes(5)),
    .enabled(if: ProcessInfo.processInfo.environment["ASTERISM_MEASURE"] != nil))
struct ThroughputTests {
    @Test("appends a second, in batches of a journal", arguments: [1_000, 100])
    func appends(batchSize: Int) async throws {
        try await withAudit { audit in
            let tenants = (0..<4).map { _ in TenantID() }
            let batches = 20_000 / batchSize / tenants.count
            let clock = ContinuousClock()
            let elapsed = try await clock.measure {
                try await withThrowingTaskGroup { group in
                    for tenant in tenants {
                        group.addTask {
                            for _ in 0..<batches {
                                try await audit.append(sampleRecords(tenant, batchSize), in: tenant)
                            }
                        }
                    }
                    try await group.waitForAll()
                }
            }
            let count = Double(batches * batchSize * tenants.count)
            print("audit: batches of \(batchSize), 4 tenants: \(Int(count / (elapsed / .seconds(1)))) appends/s")
            var latencies: [Double] = []
            let record = sampleRecords(tenants[0], 1)[0]
            try await audit.append([record], in: tenants[0])
            for _ in 0..<200 {
                let time = try await clock.measure {
                    _ = try await audit.reader.proof(of: record.id, in: testScope(tenants[0]))
                }
                latencies.append(time / .milliseconds(1))
            }
            print("audit: proof p50 \(latencies.sorted()[100]) ms, p99 \(latencies.sorted()[198]) ms")
        }
    }
}
