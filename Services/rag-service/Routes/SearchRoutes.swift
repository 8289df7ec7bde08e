import Contracts
import Foundation
import Hummingbird
import ServiceKit

/// `POST /v1/search`
struct SearchRoutes: Sendable {
    let retriever: Retriever
    let journal: Journal

    static let defaultLimit = 10
    /// Enough to rank anew on the other side; a whole collection is not a search result.
    static let maximumLimit = 100

    func add(to router: some RouterMethods<CallerContext>) {
        router.post("v1/search", use: search)
    }

    @Sendable private func search(_ request: Request, _ context: CallerContext) async throws -> Response {
        try context.caller.require(.searchUse)
        let body = try await request.decodeBody(
            as: SearchRequest.self, context: context, maximumBytes: BodyLimit.small)
        let query = try QueryText.checked(body.query, field: "query")
        let limit = body.limit ?? Self.defaultLimit
        guard (1...Self.maximumLimit).contains(limit) else {
            throw APIError.invalid("limit", "must be a whole number from 1 to \(Self.maximumLimit)")
        }
        let filter = try APIError.accepting { () throws(DocumentRejection) in
            try SearchFilter(knowledgeBase: body.knowledgeBase, filter: body.filter)
        }
        let found = try await retriever.retrieve(query, filter: filter, limit: limit, for: context.caller)
        try await journal.append(usage: [
            UsageEvent(
                id: UsageRecordID(), tenant: context.scope.tenant, kind: .search, occurredAt: Date(),
                requestID: context.requestID, apiKey: context.caller.apiKey, user: context.caller.user)
        ])
        return try .json(SearchResponse(results: found.hits.map(Self.result)))
    }

    private static func result(_ hit: Retriever.Hit) -> SearchResult {
        let passage = hit.passage
        return SearchResult(
            documentID: passage.key.document, chunkID: passage.chunk, title: passage.title, text: passage.text,
            score: hit.score, start: passage.start, end: passage.end)
    }
}
