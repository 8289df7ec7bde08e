package import Foundation

/// Where a document is on its way into the index.
package enum DocumentStatus: String, Codable, Sendable, CaseIterable {
    case queued, processing, ready, failed
}

/// `POST /v1/documents`, and with every field optional but `content`, `PUT /v1/documents/{id}`.
package struct DocumentSubmission: Codable, Sendable, Equatable {
    /// Taken from the first heading, or the first line, when it is left out.
    package var title: String?
    package var content: String
    /// `text/markdown` (the default), `text/plain` or `text/html`.
    package var mimeType: String?
    /// Flat facts to filter by; at most 64 of them.
    package var metadata: [String: MetadataValue]?
    /// Made when first named; `default` when left out.
    package var knowledgeBase: String?

    package init(
        title: String? = nil, content: String, mimeType: String? = nil, metadata: [String: MetadataValue]? = nil,
        knowledgeBase: String? = nil
    ) {
        self.title = title
        self.content = content
        self.mimeType = mimeType
        self.metadata = metadata
        self.knowledgeBase = knowledgeBase
    }
}

/// The answer, 202, to a submission: the document is stored and will be indexed whatever happens to the process.
package struct DocumentReceipt: Codable, Sendable, Equatable {
    package var id: DocumentID
    package var status: DocumentStatus

    package init(id: DocumentID, status: DocumentStatus) {
        self.id = id
        self.status = status
    }
}

/// `GET /v1/documents/{id}`, and one row of `GET /v1/documents`.
package struct DocumentSummary: Codable, Sendable, Equatable {
    package var id: DocumentID
    package var title: String
    package var knowledgeBase: String
    package var mimeType: String
    package var metadata: [String: MetadataValue]
    package var status: DocumentStatus
    /// Why the newest content could not be indexed; only with status `failed`.
    package var reason: String?
    /// Counts the contents that were put; the newest one may still be on its way into the index.
    package var generation: Int
    /// The generation that answers searches now; nil while there is none.
    package var searchableGeneration: Int?
    /// Size of the newest content as it was sent, in bytes of UTF-8.
    package var sizeBytes: Int
    /// Chunks of the generation that answers searches.
    package var chunks: Int
    package var createdAt: Date
    package var updatedAt: Date

    package init(
        id: DocumentID, title: String, knowledgeBase: String, mimeType: String, metadata: [String: MetadataValue],
        status: DocumentStatus, reason: String?, generation: Int, searchableGeneration: Int?, sizeBytes: Int,
        chunks: Int, createdAt: Date, updatedAt: Date
    ) {
        self.id = id
        self.title = title
        self.knowledgeBase = knowledgeBase
        self.mimeType = mimeType
        self.metadata = metadata
        self.status = status
        self.reason = reason
        self.generation = generation
        self.searchableGeneration = searchableGeneration
        self.sizeBytes = sizeBytes
        self.chunks = chunks
        self.createdAt = createdAt
        self.updatedAt = updatedAt
    }
}

/// `GET /v1/documents?limit=&cursor=&knowledge_base=`, oldest first.
package struct DocumentList: Codable, Sendable, Equatable {
    package var data: [DocumentSummary]
    package var nextCursor: String?

    package init(data: [DocumentSummary], nextCursor: String?) {
        self.data = data
        self.nextCursor = nextCursor
    }
}

/// One row of `GET /v1/knowledge-bases`.
package struct KnowledgeBaseSummary: Codable, Sendable, Equatable {
    package var name: String
    package var documents: Int

    package init(name: String, documents: Int) {
        self.name = name
        self.documents = documents
    }
}

/// `GET /v1/knowledge-bases`, by name.
package struct KnowledgeBaseList: Codable, Sendable, Equatable {
    package var data: [KnowledgeBaseSummary]

    package init(data: [KnowledgeBaseSummary]) {
        self.data = data
    }
}

/// `GET` and `PUT /v1/knowledge-settings`: how a tenant's documents are indexed from now on.
package struct KnowledgeSettings: Codable, Sendable, Equatable {
    /// A model of the tenant that makes embeddings; nil searches by words alone.
    package var embeddingModel: String?

    package init(embeddingModel: String?) {
        self.embeddingModel = embeddingModel
    }
}
