import Contracts
import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import ServiceKit

/// `/v1/files`, as OpenAI has it, for the purpose `batch`.
struct FileRoutes: Sendable {
    let files: FileStore
    let log: BatchLog
    let limits: BatchLimits

    /// Files in one answer.
    private static let most = 1_000

    func add(to group: RouterGroup<CallerContext>) {
        group.post("files", use: upload)
        group.get("files", use: list)
        group.get("files/:id", use: show)
        group.get("files/:id/content", use: content)
        group.delete("files/:id", use: delete)
    }

    private func upload(_ request: Request, _ context: CallerContext) async throws -> Response {
        try PermissionTable.require(.modelsUse, of: context.caller)
        let most = limits.fileBytes + FileUpload.formBytes
        if let length = request.headers[.contentLength].flatMap({ Int64($0) }), length > most {
            throw APIError(.bodyTooLarge, "a file may have at most \(limits.fileBytes) bytes")
        }
        let file = try await FileUpload(files: files, limits: limits).receive(request, in: context.scope)
        try await log.record(
            "file.create", "file:\(file.id.wire)", by: context.caller, details: ["bytes": String(file.bytes)])
        return try .json(FileObject(file: file))
    }

    private func list(_ request: Request, _ context: CallerContext) async throws -> Response {
        try PermissionTable.require(.modelsUse, of: context.caller)
        let query = try ListQuery(request, default: Self.most, most: Self.most)
        let parameters = request.uri.queryParameters
        let oldestFirst = parameters["order"].map { $0 == "asc" } ?? false
        var purpose: StoredFile.Purpose?
        if let text = parameters["purpose"] {
            purpose = StoredFile.Purpose(rawValue: String(text))
            if purpose == nil { return try .json(Self.page([], 1)) }
        }
        var after: FileID?
        if let text = query.after {
            after = FileID(wire: text)
            if after == nil { throw APIError.invalid("after", "is not the id of a file") }
        }
        let found = try await files.list(
            purpose: purpose, after: after, limit: query.limit + 1, oldestFirst: oldestFirst, in: context.scope)
        return try .json(Self.page(found, query.limit))
    }

    private static func page(_ files: [StoredFile], _ limit: Int) -> ObjectList<FileObject> {
        ObjectList(reading: files.map { FileObject(file: $0) }, limit: limit) { $0.file.id.wire }
    }

    private func show(_ request: Request, _ context: CallerContext) async throws -> Response {
        try PermissionTable.require(.modelsUse, of: context.caller)
        return try .json(FileObject(file: try await find(context)))
    }

    private func content(_ request: Request, _ context: CallerContext) async throws -> Response {
        try PermissionTable.require(.modelsUse, of: context.caller)
        let file = try await find(context)
        let (files, scope) = (files, context.scope)
        return Response(
            status: .ok,
            // Never shown by a browser as what it may look like.
            headers: [.contentType: "application/octet-stream", .contentDisposition: "attachment"],
            body: ResponseBody(contentLength: Int(file.bytes)) { writer in
                var position = 0
                while let piece = try await files.pieces(of: file.id, from: position, count: 1, in: scope).first {
                    try await writer.write(ByteBuffer(bytes: piece))
                    position += 1
                }
                try await writer.finish(nil)
            })
    }

    private func delete(_ request: Request, _ context: CallerContext) async throws -> Response {
        try PermissionTable.require(.modelsUse, of: context.caller)
        let id = try Self.id(context)
        switch try await files.delete(id, in: context.scope) {
        case .missing: throw Self.missing
        case .inUse: throw APIError(.conflict, "a batch that has not ended reads this file; cancel it first")
        case .deleted:
            try await log.record("file.delete", "file:\(id.wire)", by: context.caller)
            return try .json(FileDeletion(id: id.wire))
        }
    }

    private func find(_ context: CallerContext) async throws -> StoredFile {
        let id = try Self.id(context)
        guard let file = try await files.find(id, in: context.scope) else { throw Self.missing }
        return file
    }

    private static func id(_ context: CallerContext) throws -> FileID {
        let text = context.parameters.get("id") ?? ""
        guard let id = FileID(wire: text) else { throw missing }
        return id
    }

    private static let missing = OpenAIError(
        status: 404, message: "No such file.", type: "invalid_request_error", parameter: "id",
        code: "not_found")
}
