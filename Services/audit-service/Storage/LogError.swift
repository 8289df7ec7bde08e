package import Contracts

/// What must not happen, and says so instead of signing or proving something wrong.
package enum LogError: Error, Equatable {
    /// The stored hashes of the right edge do not fit the stored size.
    case brokenFrontier(TenantID)
    /// A node that a proof needs is not there.
    case missingNodes(TenantID)
    /// The proof made from the stored hashes does not lead to the signed root: somebody changed the database.
    case brokenTree(TenantID)
}
