package import Contracts
package import Foundation

/// Which audit records can be in a log at all. What is refused here can never be accepted.
package struct RecordAdmission: Sendable {
    /// Long enough for every action, actor and id in use, short enough to index.
    package static let maximumTextBytes = 512
    /// Sources of an answer, tools of a run.
    package static let maximumListCount = 256
    package static let maximumDetails = 64
    /// A detail is a fact, not a document.
    package static let maximumDetailBytes = 2_048
    /// Clocks of one cluster differ by less.
    package static let maximumClockSkew: TimeInterval = 86_400

    package var now: Date
    /// A service bears witness for itself only.
    package var issuer: ServiceName

    package init(now: Date, issuer: ServiceName) {
        self.now = now
        self.issuer = issuer
    }

    /// Why the record cannot be accepted; nil when it can.
    package func refusal(of record: AuditRecord) -> String? {
        guard record.service == issuer else { return "service: \(issuer.rawValue) reports only for itself" }
        guard record.occurredAt.timeIntervalSince1970 >= 0,
            record.occurredAt.timeIntervalSince(now) <= Self.maximumClockSkew
        else { return "occurred_at is before 1970 or more than a day ahead" }
        guard record.sources.count <= Self.maximumListCount, record.tools.count <= Self.maximumListCount else {
            return "more than \(Self.maximumListCount) sources or tools"
        }
        guard record.details.count <= Self.maximumDetails else { return "more than \(Self.maximumDetails) details" }
        return refusalOfTexts(of: record)
    }

    private func refusalOfTexts(of record: AuditRecord) -> String? {
        for (name, value) in [("action", record.action), ("actor", record.actor), ("request_id", record.requestID)]
        where value.isEmpty { return "\(name) is empty" }
        let texts =
            [record.action, record.actor, record.requestID, record.target, record.model, record.promptVersion]
            .compactMap { $0 } + record.sources + record.tools + record.details.keys
        guard texts.allSatisfy({ $0.utf8.count <= Self.maximumTextBytes }) else {
            return "a text is longer than \(Self.maximumTextBytes) bytes"
        }
        guard record.details.values.allSatisfy({ $0.utf8.count <= Self.maximumDetailBytes }) else {
            return "a detail is longer than \(Self.maximumDetailBytes) bytes"
        }
        // PostgreSQL has no such character in text, and the action and the actor are columns.
        guard !record.action.utf8.contains(0), !record.actor.utf8.contains(0) else { return "a text contains a NUL" }
        return nil
    }
}
