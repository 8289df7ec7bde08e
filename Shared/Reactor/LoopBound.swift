/// A value that belongs to one reactor's thread.
///
/// Code off the loop can carry it about but not look inside: reading or writing it anywhere else stops the process.
package final class LoopBound<Value>: @unchecked Sendable {
    // Unchecked because the compiler cannot see threads: every access goes through `preconditionOnLoop`,
    // so the value is only ever touched by one thread.
    private var stored: Value
    private let reactor: Reactor

    /// Makes the box anywhere; the value is handed over to the loop.
    package init(_ value: sending Value, reactor: Reactor) {
        stored = value
        self.reactor = reactor
    }

    /// Wraps what lives on the loop already. On the loop only.
    package init(onLoop value: Value, reactor: Reactor) {
        reactor.preconditionOnLoop()
        stored = value
        self.reactor = reactor
    }

    package var value: Value {
        get {
            reactor.preconditionOnLoop()
            return stored
        }
        set {
            reactor.preconditionOnLoop()
            stored = newValue
        }
    }
}
