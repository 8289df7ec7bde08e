import CLinux

/// What a file descriptor may be asked for and what it is found ready for. Level-triggered.
package struct Readiness: OptionSet, Sendable {
    package let rawValue: UInt32

    package init(rawValue: UInt32) {
        self.rawValue = rawValue
    }

    /// Bytes can be read, or the peer has closed its half.
    package static let readable = Readiness(rawValue: EPOLLIN.rawValue)
    /// Bytes can be written.
    package static let writable = Readiness(rawValue: EPOLLOUT.rawValue)
    /// The descriptor is in error or hung up. Always reported, never asked for.
    package static let failed = Readiness(rawValue: EPOLLERR.rawValue | EPOLLHUP.rawValue)
}

/// Told on the reactor's thread when its file descriptor is ready.
package protocol ReadinessHandler: AnyObject {
    func descriptorIsReady(_ readiness: Readiness)
}
