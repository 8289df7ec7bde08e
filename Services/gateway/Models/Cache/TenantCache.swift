import Contracts
import Foundation
import Synchronization

/// A cache in memory with one partition for each tenant, each with its own bytes, and a bound over all of them.
///
/// A tenant that fills its partition drops what it used least recently itself. When all of them together are too large,
/// the largest gives way, so that one that stores much never pushes out one that stores little.
final class TenantCache<Value: Sendable>: Sendable {
    /// Tenants with something kept at once. A cache that is switched on is an exception, not the rule.
    private static var maximumTenants: Int { 4_096 }
    /// One value takes at most this part of its tenant's bytes, so that it does not displace all others.
    private static var largestShare: Int { 4 }

    private struct State: Sendable {
        var partitions: [TenantID: CachePartition<Value>] = [:]
        var bytes = 0
    }

    private let maximumBytes: Int
    private let state = Mutex(State())

    /// - Parameter maximumBytes: Of all tenants together.
    init(maximumBytes: Int) {
        self.maximumBytes = max(maximumBytes, 0)
    }

    /// The value, unless it is older than the settings allow now: a shorter time to live binds what is there already.
    func value(for key: CacheKey, under settings: CacheSettings, at now: Date) -> Value? {
        state.withLock { state in
            guard let place = state.partitions.index(forKey: key.tenant) else { return nil }
            let before = state.partitions.values[place].bytes
            let value = state.partitions.values[place].value(
                for: key, maximumAge: settings.maximumAgeMilliseconds, at: now.millisecondsSince1970)
            state.bytes += state.partitions.values[place].bytes - before
            return value
        }
    }

    /// Keeps the value; one that is too large for its tenant's cache is not kept.
    func insert(_ value: Value, bytes: Int, for key: CacheKey, under settings: CacheSettings, at now: Date) {
        let quota = min(settings.maximumBytes, maximumBytes)
        guard bytes <= quota / Self.largestShare else { return }
        let time = now.millisecondsSince1970
        state.withLock { state in
            Self.makeRoom(for: key.tenant, in: &state)
            let before = state.partitions[key.tenant]?.bytes ?? 0
            state.partitions[key.tenant, default: CachePartition()]
                .insert(value, bytes: bytes, for: key, quota: quota, at: time)
            state.bytes += (state.partitions[key.tenant]?.bytes ?? 0) - before
            while state.bytes > maximumBytes, Self.shrinkLargest(&state) {}
        }
    }

    /// Drops all of a tenant.
    func forget(_ tenant: TenantID) {
        state.withLock { Self.drop(tenant, &$0) }
    }

    func forgetAll() {
        state.withLock { $0 = State() }
    }

    var bytes: Int { state.withLock { $0.bytes } }

    func bytes(of tenant: TenantID) -> Int { state.withLock { $0.partitions[tenant]?.bytes ?? 0 } }

    func count(of tenant: TenantID) -> Int { state.withLock { $0.partitions[tenant]?.count ?? 0 } }

    private static func makeRoom(for tenant: TenantID, in state: inout State) {
        guard state.partitions[tenant] == nil, state.partitions.count >= maximumTenants else { return }
        if let idle = state.partitions.min(by: { $0.value.usedAt < $1.value.usedAt }) { drop(idle.key, &state) }
    }

    private static func shrinkLargest(_ state: inout State) -> Bool {
        guard let largest = state.partitions.max(by: { $0.value.bytes < $1.value.bytes })?.key,
            let before = state.partitions[largest]?.bytes,
            state.partitions[largest]?.removeOldest() == true
        else { return false }
        state.bytes += (state.partitions[largest]?.bytes ?? 0) - before
        if state.partitions[largest]?.count == 0 { state.partitions[largest] = nil }
        return true
    }

    private static func drop(_ tenant: TenantID, _ state: inout State) {
        state.bytes -= state.partitions.removeValue(forKey: tenant)?.bytes ?? 0
    }
}

extension Date {
    var millisecondsSince1970: Int64 { Int64((timeIntervalSince1970 * 1_000).rounded(.down)) }
}
