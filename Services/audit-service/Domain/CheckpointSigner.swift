package import Contracts
package import Cryptography

/// Signs the checkpoints of all tenants' logs with one key. Each log has a name of its own, and so a verifier key of
/// its own.
package struct CheckpointSigner: Sendable {
    package enum Failure: Error, Equatable {
        /// The log's name does not fit the format of signed notes.
        case invalidName
        /// What is stored as the newest checkpoint was not signed by us for this log.
        case foreignCheckpoint
        /// The stored tree is not the one that the newest checkpoint signs: somebody changed the database.
        case inconsistentTree
    }

    private let logName: String
    private let key: SigningKey
    /// Keys that signed before this one, while their checkpoints are still the newest of some log.
    private let earlierKeys: [VerifyingKey]

    package init(logName: String, key: SigningKey, earlierKeys: [VerifyingKey] = []) throws(Failure) {
        // The tenant adds a slash and 36 characters.
        guard VerifierKey.isAllowed(logName), logName.utf8.count <= 200 else { throw .invalidName }
        self.logName = logName
        self.key = key
        self.earlierKeys = earlierKeys
    }

    package func origin(of tenant: TenantID) -> String { "\(logName)/\(tenant)" }

    package func verifierKey(of tenant: TenantID) throws(Failure) -> VerifierKey {
        try verifierKey(of: tenant, key.publicKey)
    }

    /// The note of a checkpoint. The same tree gives the same note.
    package func sign(_ frontier: MerkleFrontier, of tenant: TenantID) throws -> SignedNote {
        let checkpoint = Checkpoint(origin: origin(of: tenant), size: frontier.size, root: frontier.root)
        return try SignedNote.sign(checkpoint.text, as: try verifierKey(of: tenant), with: key)
    }

    /// Checks that a stored tree is the one that its stored checkpoint signs. Whoever appends does so first: so a
    /// tree that was changed behind our back is never signed, and no two checkpoints of ours contradict each other.
    package func check(_ frontier: MerkleFrontier, against note: String, of tenant: TenantID) throws(Failure) {
        let checkpoint = try checkpoint(in: note, of: tenant)
        guard checkpoint.size == frontier.size, checkpoint.root == frontier.root else { throw .inconsistentTree }
    }

    /// What a stored note says, which must be signed by us for the tenant's log.
    package func checkpoint(in note: String, of tenant: TenantID) throws(Failure) -> Checkpoint {
        guard let note = SignedNote(note), let checkpoint = Checkpoint(text: note.text),
            checkpoint.origin == origin(of: tenant)
        else { throw .foreignCheckpoint }
        for key in [key.publicKey] + earlierKeys where note.isSigned(by: try verifierKey(of: tenant, key)) {
            return checkpoint
        }
        throw .foreignCheckpoint
    }

    /// A stored note as it is given out: signed with the present key, also when an earlier one signed it.
    package func current(_ note: String, of tenant: TenantID) throws -> (checkpoint: Checkpoint, note: String) {
        let checkpoint = try checkpoint(in: note, of: tenant)
        let signed = try SignedNote.sign(checkpoint.text, as: try verifierKey(of: tenant), with: key)
        return (checkpoint, signed.description)
    }

    private func verifierKey(of tenant: TenantID, _ key: VerifyingKey) throws(Failure) -> VerifierKey {
        guard let verifier = VerifierKey(name: origin(of: tenant), key: key) else { throw .invalidName }
        return verifier
    }
}
