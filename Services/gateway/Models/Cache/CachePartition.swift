/// What is kept for one tenant, in the order of its use, within a number of bytes.
struct CachePartition<Value: Sendable>: Sendable {
    /// What an entry costs besides its bytes: its place in the list and in the index.
    static var entryOverhead: Int { 160 }

    private struct Node: Sendable {
        let key: CacheKey
        var value: Value
        var bytes: Int
        var storedAt: Int64
        var newer: Int?
        var older: Int?
    }

    private var index: [CacheKey: Int] = [:]
    private var nodes: [Node?] = []
    private var free: [Int] = []
    private var newest: Int?
    private var oldest: Int?
    /// The entries' bytes and their overhead.
    private(set) var bytes = 0
    private(set) var usedAt: Int64 = .min

    var count: Int { index.count }

    /// The value, which becomes the one used last; nil, and forgotten, when it is older than `maximumAge`.
    mutating func value(for key: CacheKey, maximumAge: Int64, at now: Int64) -> Value? {
        guard let place = index[key], let node = nodes[place] else { return nil }
        guard now - node.storedAt < maximumAge else {
            remove(place)
            return nil
        }
        usedAt = now
        if newest != place {
            unlink(place)
            link(place)
        }
        return node.value
    }

    /// Puts a value in, in place of an earlier one, and drops what was not used for longest until `quota` holds.
    mutating func insert(_ value: Value, bytes size: Int, for key: CacheKey, quota: Int, at now: Int64) {
        if let place = index[key] { remove(place) }
        let node = Node(key: key, value: value, bytes: size + Self.entryOverhead, storedAt: now)
        let place: Int
        if let reused = free.popLast() {
            place = reused
            nodes[place] = node
        } else {
            place = nodes.count
            nodes.append(node)
        }
        index[key] = place
        bytes += node.bytes
        usedAt = now
        link(place)
        while bytes > quota, removeOldest() {}
    }

    /// Drops what was not used for longest; false when nothing is there.
    @discardableResult
    mutating func removeOldest() -> Bool {
        guard let oldest else { return false }
        remove(oldest)
        return true
    }

    mutating func remove(_ key: CacheKey) {
        if let place = index[key] { remove(place) }
    }

    private mutating func remove(_ place: Int) {
        unlink(place)
        guard let node = nodes[place] else { return }
        bytes -= node.bytes
        index[node.key] = nil
        nodes[place] = nil
        free.append(place)
    }

    private mutating func link(_ place: Int) {
        nodes[place]?.newer = nil
        nodes[place]?.older = newest
        if let newest { nodes[newest]?.newer = place }
        newest = place
        if oldest == nil { oldest = place }
    }

    private mutating func unlink(_ place: Int) {
        guard let node = nodes[place] else { return }
        if let newer = node.newer { nodes[newer]?.older = node.older } else { newest = node.older }
        if let older = node.older { nodes[older]?.newer = node.newer } else { oldest = node.newer }
    }
}
