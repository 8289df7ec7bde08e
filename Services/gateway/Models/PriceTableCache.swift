import Contracts
import Logging
import Synchronization

/// The price book in force, refreshed in the background. The last one known is used while usage-billing is away:
/// holds may then be off by a change of prices, the ledger is not, since usage-billing prices what it posts itself.
final class PriceTableCache: Sendable {
    /// Prices change a few times a year, with a date given ahead.
    private static let interval = Duration.seconds(30)

    private let billing: BillingClient
    private let logger: Logger
    private let table = Mutex<PriceTable?>(nil)
    private let loading = SingleFlight<Int, PriceTable>()

    init(billing: BillingClient, logger: Logger) {
        self.billing = billing
        self.logger = logger
    }

    /// Nil while no price book has ever been read.
    nonisolated(nonsending) func current() async -> PriceTable? {
        if let table = table.withLock({ $0 }) { return table }
        return try? await refresh()
    }

    func run() async throws {
        while !Task.isCancelled {
            do {
                _ = try await refresh()
                try await Task.sleep(for: Self.interval)
            } catch {
                try Task.checkCancellation()
                logger.warning("prices not refreshed", metadata: ["error": "\(error)"])
                try await Task.sleep(for: .seconds(2))
            }
        }
    }

    private func refresh() async throws -> PriceTable {
        try await loading.run(0) {
            let table = PriceTable(try await self.billing.prices())
            self.table.withLock { $0 = table }
            return table
        }
    }
}
