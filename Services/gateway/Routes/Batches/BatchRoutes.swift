import Contracts
import Foundation
import Hummingbird
import ServiceKit

/// `/v1/batches`, as OpenAI has it.
struct BatchRoutes: Sendable {
    let batches: BatchStore
    let log: BatchLog

    func add(to group: RouterGroup<CallerContext>) {
        group.post("batches", use: create)
        group.get("batches", use: list)
        group.get("batches/:id", use: show)
        group.post("batches/:id/cancel", use: cancel)
    }

    /// `POST /v1/batches`
    private struct Creation: Decodable {
        var inputFileId: String
        var endpoint: String
        var completionWindow: String
        var metadata: [String: String]?
    }

    private func create(_ request: Request, _ context: CallerContext) async throws -> Response {
        try PermissionTable.require(.modelsUse, of: context.caller)
        let body = try await request.decodeBody(as: Creation.self, context: context, maximumBytes: BodyLimit.small)
        let order = try Self.order(body)
        switch try await batches.create(order, by: context.caller) {
        case .noFile: throw Self.noFile
        case .tooMany:
            throw APIError(
                .rateLimited, "\(BatchLimits.liveBatches) batches of the tenant have not ended, the most at a time")
        case .created(let batch):
            try await log.record(
                "batch.create", "batch:\(batch.id.wire)", by: context.caller,
                details: ["endpoint": batch.endpoint, "input_file": batch.inputFile.wire])
            return try .json(BatchObject(batch: batch))
        }
    }

    private static func order(_ body: Creation) throws -> BatchStore.Order {
        guard let endpoint = BatchEndpoint(rawValue: body.endpoint) else {
            let known = BatchEndpoint.allCases.map(\.rawValue).joined(separator: ", ")
            throw APIError.invalid("endpoint", "must be one of \(known)")
        }
        guard body.completionWindow == "24h" else { throw APIError.invalid("completion_window", "must be \"24h\"") }
        let metadata = body.metadata ?? [:]
        guard metadata.count <= 16, metadata.allSatisfy({ $0.key.count <= 64 && $0.value.count <= 512 }) else {
            throw APIError.invalid("metadata", "may have 16 pairs, of names up to 64 and texts up to 512 characters")
        }
        guard let file = FileID(wire: body.inputFileId) else { throw noFile }
        return BatchStore.Order(
            id: BatchID(), endpoint: endpoint, inputFile: file, window: body.completionWindow,
            expires: Date().addingTimeInterval(TimeInterval(BatchLimits.windowSeconds)), metadata: body.metadata)
    }

    private func list(_ request: Request, _ context: CallerContext) async throws -> Response {
        try PermissionTable.require(.modelsUse, of: context.caller)
        let query = try ListQuery(request, default: 20, most: 100)
        var after: BatchID?
        if let text = query.after {
            after = BatchID(wire: text)
            if after == nil { throw APIError.invalid("after", "is not the id of a batch") }
        }
        let found = try await batches.list(after: after, limit: query.limit + 1, in: context.scope)
        return try .json(
            ObjectList(reading: found.map { BatchObject(batch: $0) }, limit: query.limit) { $0.batch.id.wire })
    }

    private func show(_ request: Request, _ context: CallerContext) async throws -> Response {
        try PermissionTable.require(.modelsUse, of: context.caller)
        let id = try Self.id(context)
        guard let batch = try await batches.find(id, in: context.scope) else { throw Self.missing }
        return try .json(BatchObject(batch: batch))
    }

    private func cancel(_ request: Request, _ context: CallerContext) async throws -> Response {
        try PermissionTable.require(.modelsUse, of: context.caller)
        let id = try Self.id(context)
        guard let batch = try await batches.cancel(id, in: context.scope) else { throw Self.missing }
        guard [.cancelling, .cancelled].contains(batch.status) else {
            throw APIError(.conflict, "Cannot cancel a batch with status '\(batch.status.rawValue)'.")
        }
        try await log.record("batch.cancel", "batch:\(id.wire)", by: context.caller)
        return try .json(BatchObject(batch: batch))
    }

    private static func id(_ context: CallerContext) throws -> BatchID {
        let text = context.parameters.get("id") ?? ""
        guard let id = BatchID(wire: text) else { throw missing }
        return id
    }

    private static let missing = OpenAIError(
        status: 404, message: "No such batch.", type: "invalid_request_error", parameter: "id",
        code: "not_found")

    private static let noFile = OpenAIError(
        status: 404, message: "No such file with purpose 'batch'.", type: "invalid_request_error",
        parameter: "input_file_id", code: "not_found")
}
