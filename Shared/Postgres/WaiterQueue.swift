/// Callers that wait for a connection, first come first served. Pure.
struct WaiterQueue {
    struct Waiter: Equatable {
        let request: UInt64
        let sinceNanoseconds: UInt64
        let deadlineNanoseconds: UInt64
    }

    // Those that were cancelled stay in `order` until they come up; `waiting` knows who is still there.
    private var order: [Waiter] = []
    private var head = 0
    private var waiting: Set<UInt64> = []

    var count: Int { waiting.count }

    mutating func append(_ waiter: Waiter) {
        order.append(waiter)
        waiting.insert(waiter.request)
    }

    /// False when the request does not wait here.
    mutating func remove(_ request: UInt64) -> Bool {
        guard waiting.remove(request) != nil else { return false }
        compact()
        return true
    }

    mutating func popFirst() -> Waiter? {
        while head < order.count {
            let waiter = order[head]
            head += 1
            if waiting.remove(waiter.request) != nil {
                compact()
                return waiter
            }
        }
        return nil
    }

    /// The first whose time is up. All wait equally long, so they are due in the order they came.
    mutating func popExpired(nowNanoseconds now: UInt64) -> Waiter? {
        while head < order.count {
            let waiter = order[head]
            if !waiting.contains(waiter.request) {
                head += 1
            } else {
                return waiter.deadlineNanoseconds <= now ? popFirst() : nil
            }
        }
        return nil
    }

    private mutating func compact() {
        if waiting.isEmpty {
            order.removeAll(keepingCapacity: true)
            head = 0
        } else if head > 64, head > order.count / 2 {
            order.removeFirst(head)
            head = 0
        } else if order.count - head > 64, order.count - head > 2 * waiting.count {
            order = order[head...].filter { waiting.contains($0.request) }
            head = 0
        }
    }
}
