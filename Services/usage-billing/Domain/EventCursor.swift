package import Contracts
package import Foundation

/// A place in a list of events that is sorted by time and id, newest first: just below that event.
package struct EventCursor: Codable, Sendable, Equatable {
    package var occurredAt: Date
    package var id: UsageRecordID

    package init(after event: UsageEvent) {
        occurredAt = event.occurredAt
        id = event.id
    }
}
