package import Foundation

/// A past ticket as the tenant hands it in: `POST /v1/tickets`, or one line of `POST /v1/tickets/import`.
package struct TicketInput: Codable, Sendable, Equatable {
    /// The ticket's name in the tenant's own system; handing it in again replaces the ticket.
    package var externalID: String?
    package var title: String
    package var description: String
    package var category: String?
    package var priority: String?
    package var group: String?
    package var resolution: String?
    package var status: String?

    package init(
        externalID: String? = nil, title: String, description: String, category: String? = nil,
        priority: String? = nil, group: String? = nil, resolution: String? = nil, status: String? = nil
    ) {
        self.externalID = externalID
        self.title = title
        self.description = description
        self.category = category
        self.priority = priority
        self.group = group
        self.resolution = resolution
        self.status = status
    }

    enum CodingKeys: String, CodingKey {
        case title, description, category, priority, group, resolution, status
        case externalID = "externalId"
    }
}

/// A ticket as it is kept.
package struct TicketRecord: Codable, Sendable, Equatable {
    package var id: TicketID
    package var externalID: String?
    package var title: String
    package var description: String
    package var category: String?
    package var priority: String?
    package var group: String?
    package var resolution: String?
    package var status: String?
    package var createdAt: Date

    package init(id: TicketID, input: TicketInput, createdAt: Date) {
        self.id = id
        externalID = input.externalID
        title = input.title
        description = input.description
        category = input.category
        priority = input.priority
        group = input.group
        resolution = input.resolution
        status = input.status
        self.createdAt = createdAt
    }

    enum CodingKeys: String, CodingKey {
        case id, title, description, category, priority, group, resolution, status, createdAt
        case externalID = "externalId"
    }
}

/// The answer to an import: what was taken and, line by line, what was not.
package struct TicketImportReport: Codable, Sendable, Equatable {
    package var imported: Int
    package var rejected: [Rejection]

    package struct Rejection: Codable, Sendable, Equatable {
        /// Counts from 1.
        package var line: Int
        package var detail: String

        package init(line: Int, detail: String) {
            self.line = line
            self.detail = detail
        }
    }

    package init(imported: Int, rejected: [Rejection]) {
        self.imported = imported
        self.rejected = rejected
    }
}

/// `POST /v1/tickets/triage`
package struct TriageRequest: Codable, Sendable, Equatable {
    package var title: String
    package var description: String
    /// How many similar tickets to return, 1 to 20; 5 unless told.
    package var limit: Int?
    /// Where to look for the reply; all of the tenant's knowledge unless told.
    package var knowledgeBase: String?

    package init(title: String, description: String, limit: Int? = nil, knowledgeBase: String? = nil) {
        self.title = title
        self.description = description
        self.limit = limit
        self.knowledgeBase = knowledgeBase
    }
}

/// A proposed value and how sure we are of it.
package struct TriageSuggestion: Codable, Sendable, Equatable {
    package var value: String
    /// The estimated probability that the value is right, 0 to 1.
    package var confidence: Double

    package init(value: String, confidence: Double) {
        self.value = value
        self.confidence = confidence
    }
}

/// The answer to a triage. A suggestion is null when no earlier ticket speaks for any value.
package struct TriageResult: Codable, Sendable, Equatable {
    package var runID: RunID
    package var category: TriageSuggestion?
    package var priority: TriageSuggestion?
    package var group: TriageSuggestion?
    package var similar: [SimilarTicket]
    package var reply: TriageReply

    package init(
        runID: RunID, category: TriageSuggestion?, priority: TriageSuggestion?, group: TriageSuggestion?,
        similar: [SimilarTicket], reply: TriageReply
    ) {
        self.runID = runID
        self.category = category
        self.priority = priority
        self.group = group
        self.similar = similar
        self.reply = reply
    }

    enum CodingKeys: String, CodingKey {
        case category, priority, group, similar, reply
        case runID = "runId"
    }

    // A null says «no proposal»; leaving the key out would say nothing.
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(runID, forKey: .runID)
        try container.encode(category, forKey: .category)
        try container.encode(priority, forKey: .priority)
        try container.encode(group, forKey: .group)
        try container.encode(similar, forKey: .similar)
        try container.encode(reply, forKey: .reply)
    }
}

/// An earlier ticket of the tenant that resembles the new one.
package struct SimilarTicket: Codable, Sendable, Equatable {
    package var ticketID: TicketID
    package var externalID: String?
    package var title: String
    /// Between 0 and 1: the ticket's BM25 score as a share of what the new ticket's own text would score.
    package var score: Double
    package var resolution: String?

    package init(ticketID: TicketID, externalID: String?, title: String, score: Double, resolution: String?) {
        self.ticketID = ticketID
        self.externalID = externalID
        self.title = title
        self.score = score
        self.resolution = resolution
    }

    enum CodingKeys: String, CodingKey {
        case title, score, resolution
        case ticketID = "ticketId"
        case externalID = "externalId"
    }
}

/// A first reply to the requester, for a person to send or change.
package struct TriageReply: Codable, Sendable, Equatable {
    package var text: String
    package var citations: [Citation]
    /// `generative` when a language model wrote it, `extractive` when it is quoted from the sources.
    package var mode: String
    package var model: String?

    package init(text: String, citations: [Citation], mode: String, model: String?) {
        self.text = text
        self.citations = citations
        self.mode = mode
        self.model = model
    }
}

/// Where a durable run stands.
package enum RunStatus: String, Codable, Sendable, CaseIterable {
    case running, succeeded, failed, cancelled

    package var isFinal: Bool { self != .running }
}

/// The answer, 202, when a run takes longer than a caller waits: it goes on, and `GET /v1/runs/{id}` tells how.
package struct PendingRun: Codable, Sendable, Equatable {
    package var runID: RunID
    package var status: RunStatus

    package init(runID: RunID, status: RunStatus) {
        self.runID = runID
        self.status = status
    }

    enum CodingKeys: String, CodingKey {
        case status
        case runID = "runId"
    }
}

/// `GET /v1/runs/{id}`
package struct RunRecord: Codable, Sendable, Equatable {
    package var id: RunID
    package var workflow: String
    package var version: Int
    package var status: RunStatus
    /// How often a worker has taken the run up; more than 1 means that it was resumed.
    package var attempts: Int
    package var error: String?
    package var createdAt: Date
    package var finishedAt: Date?
    package var steps: [RunStepRecord]

    package init(
        id: RunID, workflow: String, version: Int, status: RunStatus, attempts: Int, error: String?, createdAt: Date,
        finishedAt: Date?, steps: [RunStepRecord]
    ) {
        self.id = id
        self.workflow = workflow
        self.version = version
        self.status = status
        self.attempts = attempts
        self.error = error
        self.createdAt = createdAt
        self.finishedAt = finishedAt
        self.steps = steps
    }
}

/// A step that is done and will not be done again.
package struct RunStepRecord: Codable, Sendable, Equatable {
    package var path: String
    package var attempt: Int
    package var recordedAt: Date

    package init(path: String, attempt: Int, recordedAt: Date) {
        self.path = path
        self.attempt = attempt
        self.recordedAt = recordedAt
    }
}
