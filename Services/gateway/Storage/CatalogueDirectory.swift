import Contracts
import Synchronization

/// The catalogue of models, remembered while `ChangeFollower` vouches for it.
final class CatalogueDirectory: Sendable {
    private let storage: CatalogueStorage
    private let changes: ChangeFollower
    private let known = Mutex<ModelCatalogue?>(nil)
    private let loading = SingleFlight<Int, ModelCatalogue>()

    init(storage: CatalogueStorage, changes: ChangeFollower) {
        self.storage = storage
        self.changes = changes
    }

    func current() async throws -> ModelCatalogue {
        if changes.isCurrent, let catalogue = known.withLock({ $0 }) { return catalogue }
        return try await loading.run(0) {
            let epoch = self.changes.epoch
            let catalogue = ModelCatalogue(try await self.storage.list().map { CatalogueModel(name: $0, $1) })
            // A change seen meanwhile may be one that this reading missed.
            if self.changes.epoch == epoch { self.known.withLock { $0 = catalogue } }
            return catalogue
        }
    }

    func forget(_ change: ChangeFollower.Change) {
        if case .everything = change { known.withLock { $0 = nil } }
    }
}
