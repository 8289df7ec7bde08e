/// Names a timer so that it can be cancelled.
package struct TimerToken: Hashable, Sendable {
    let id: UInt64
}

/// Timers in the order they fall due: a binary heap with lazy removal. Pure; time is passed in.
///
/// Cancelling is O(1) and leaves the entry in the heap until it comes up; when cancelled entries outnumber
/// live ones the heap is rebuilt, so memory stays within twice the number of live timers.
struct TimerQueue {
    private struct Entry {
        let deadlineNanoseconds: UInt64
        let id: UInt64
    }

    private var heap: [Entry] = []
    private var actions: [UInt64: () -> Void] = [:]
    private var nextID: UInt64 = 0

    /// How many timers are waiting.
    var count: Int { actions.count }

    mutating func schedule(atNanoseconds deadline: UInt64, _ action: @escaping () -> Void) -> TimerToken {
        nextID += 1
        actions[nextID] = action
        heap.append(Entry(deadlineNanoseconds: deadline, id: nextID))
        siftUp(heap.count - 1)
        return TimerToken(id: nextID)
    }

    mutating func cancel(_ token: TimerToken) {
        guard actions.removeValue(forKey: token.id) != nil else { return }
        if heap.count > 64, heap.count > 2 * actions.count { compact() }
    }

    /// When the next timer is due, or nil when none waits.
    mutating func nextDeadlineNanoseconds() -> UInt64? {
        while let first = heap.first {
            if actions[first.id] != nil { return first.deadlineNanoseconds }
            removeFirst()
        }
        return nil
    }

    /// Takes the earliest timer that is due at `now`. Timers of one deadline come in the order they were made.
    mutating func popDue(nowNanoseconds now: UInt64) -> (() -> Void)? {
        while let first = heap.first, first.deadlineNanoseconds <= now {
            removeFirst()
            if let action = actions.removeValue(forKey: first.id) { return action }
        }
        return nil
    }

    private mutating func compact() {
        let live = heap.filter { actions[$0.id] != nil }
        heap.removeAll(keepingCapacity: true)
        for entry in live {
            heap.append(entry)
            siftUp(heap.count - 1)
        }
    }

    private mutating func removeFirst() {
        heap.swapAt(0, heap.count - 1)
        heap.removeLast()
        var parent = 0
        while true {
            let left = 2 * parent + 1
            guard left < heap.count else { return }
            let right = left + 1
            let child = right < heap.count && isBefore(heap[right], heap[left]) ? right : left
            guard isBefore(heap[child], heap[parent]) else { return }
            heap.swapAt(child, parent)
            parent = child
        }
    }

    private mutating func siftUp(_ start: Int) {
        var child = start
        while child > 0 {
            let parent = (child - 1) / 2
            guard isBefore(heap[child], heap[parent]) else { return }
            heap.swapAt(child, parent)
            child = parent
        }
    }

    private func isBefore(_ left: Entry, _ right: Entry) -> Bool {
        (left.deadlineNanoseconds, left.id) < (right.deadlineNanoseconds, right.id)
    }
}
