import Contracts
import ServiceKit

/// Which roles grant a permission, worked out once: asking each role for its set would build sets for every request.
enum PermissionTable {
    private static let holders: [Permission: Set<Role>] = Dictionary(
        uniqueKeysWithValues: Permission.allCases.map { permission in
            (permission, Set(Role.allCases.filter { $0.permissions.contains(permission) }))
        })

    /// - Throws: 403 when no role of the caller grants `permission`.
    static func require(_ permission: Permission, of caller: Caller) throws(APIError) {
        guard let holders = holders[permission], !holders.isDisjoint(with: caller.roles) else {
            throw APIError(.forbidden, "this needs the permission \(permission.rawValue)")
        }
    }
}
