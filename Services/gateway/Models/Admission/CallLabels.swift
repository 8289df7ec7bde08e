import Contracts
import HTTPTypes
import ServiceKit

/// Who and what a call is for, as its sender labelled it by header: for attribution and limits, never for access.
struct CallLabels: Sendable, Equatable {
    /// `X-Asterism-User`: the end user.
    private(set) var user: String?
    /// `X-Asterism-Agent`
    private(set) var agent: String?
    /// `X-Asterism-Ticket`
    private(set) var ticket: String?
    /// `X-Asterism-Workflow`
    private(set) var workflow: String?
    /// `X-Asterism-Conversation`: calls with the same one are routed alike, so that providers' prompt caches hit.
    private(set) var conversation: String?
    /// `X-Asterism-Priority` is `1`, `P1` or `critical`. Every other value is an ordinary call.
    private(set) var isPriority1 = false

    static let none = CallLabels()

    /// Longer than any id or mail address; labels are written into records.
    static let maximumBytes = 200

    private static let prefix = "x-asterism-"

    private init() {}

    /// - Throws: 400 naming the header that is too long, has control characters, or is there twice.
    init(_ fields: HTTPFields) throws(APIError) {
        for field in fields where field.name.canonicalName.hasPrefix(Self.prefix) {
            switch field.name.canonicalName {
            case "x-asterism-user": try Self.set(&user, field)
            case "x-asterism-agent": try Self.set(&agent, field)
            case "x-asterism-ticket": try Self.set(&ticket, field)
            case "x-asterism-workflow": try Self.set(&workflow, field)
            case "x-asterism-conversation": try Self.set(&conversation, field)
            case "x-asterism-priority": isPriority1 = Self.meansPriority1(field.value)
            default: break
            }
        }
    }

    /// The priority alone, before anything else of the request is looked at.
    static func isPriority1(_ fields: HTTPFields) -> Bool {
        fields.contains { $0.name.canonicalName == "x-asterism-priority" && meansPriority1($0.value) }
    }

    private static func meansPriority1(_ value: String) -> Bool {
        ["1", "p1", "critical"].contains(value.lowercased())
    }

    private static func set(_ label: inout String?, _ field: HTTPField) throws(APIError) {
        let value = field.value
        guard label == nil else { throw refused(field, "is given more than once") }
        guard value.utf8.count <= maximumBytes else { throw refused(field, "has more than \(maximumBytes) bytes") }
        guard value.unicodeScalars.allSatisfy({ $0.properties.generalCategory != .control }) else {
            throw refused(field, "has control characters")
        }
        if !value.isEmpty { label = value }
    }

    private static func refused(_ field: HTTPField, _ problem: String) -> APIError {
        APIError(.malformedRequest, "\(field.name.rawName): \(problem)")
    }
}
