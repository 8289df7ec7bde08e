package import Foundation

/// Which records a list shows. Nil is no condition.
package struct RecordFilter: Sendable, Equatable {
    package var action: String?
    package var actor: String?
    /// When it happened, not when it was logged: from that instant on.
    package var from: Date?
    /// Up to, not including, that instant.
    package var to: Date?

    package init(action: String? = nil, actor: String? = nil, from: Date? = nil, to: Date? = nil) {
        self.action = action
        self.actor = actor
        self.from = from
        self.to = to
    }
}
