package import Contracts
package import Foundation

/// All versions of the price book, by the time from which each is in force.
package struct PriceHistory: Sendable {
    package struct Version: Sendable {
        package var effectiveFrom: Date
        package var table: PriceTable

        package init(effectiveFrom: Date, table: PriceTable) {
            self.effectiveFrom = effectiveFrom
            self.table = table
        }
    }

    /// Oldest first.
    private let versions: [Version]

    /// Nil without a version: then nothing has a price and no event can be posted.
    package init?(_ versions: [Version]) {
        guard !versions.isEmpty else { return nil }
        self.versions = versions.sorted { $0.effectiveFrom < $1.effectiveFrom }
    }

    /// The prices in force at `date`; before the first version, the first.
    package func table(at date: Date) -> PriceTable {
        var low = 0
        var high = versions.count
        while low < high {
            let middle = (low + high) / 2
            if versions[middle].effectiveFrom <= date { low = middle + 1 } else { high = middle }
        }
        return versions[max(0, low - 1)].table
    }
}
