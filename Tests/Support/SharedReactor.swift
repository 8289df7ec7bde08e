package import Reactor
import Synchronization

/// One reactor for all tests of a process that need none of their own.
package enum SharedReactor {
    private static let started = Mutex<Reactor?>(nil)

    package static func get() throws -> Reactor {
        try started.withLock { started in
            if let reactor = started { return reactor }
            let reactor = try Reactor(name: "tests")
            started = reactor
            return reactor
        }
    }
}
