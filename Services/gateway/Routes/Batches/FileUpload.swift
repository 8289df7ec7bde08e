import Contracts
import Foundation
import Hummingbird
import NIOCore
import ServiceKit

/// Takes a file out of a form as it arrives and stores it piece by piece: in memory is one piece.
struct FileUpload: Sendable {
    let files: FileStore
    let limits: BatchLimits

    /// A field of the form that is not the file.
    private static let fieldBytes = 1 << 10
    /// What the form adds to the file.
    static let formBytes: Int64 = 64 << 10

    /// What has been read so far.
    private struct Form {
        let id = FileID()
        var fields: [String: [UInt8]] = [:]
        var fileName: String?
        var current: String?
        var piece: [UInt8] = []
        var pieces = 0
        var bytes: Int64 = 0
        var isComplete = false
    }

    func receive(_ request: Request, in scope: TenantScope) async throws -> StoredFile {
        try request.requireContentType("multipart/form-data")
        guard var scanner = MultipartScanner(contentType: request.headers[.contentType] ?? "") else {
            throw APIError(.malformedRequest, "the content type names no boundary")
        }
        var form = Form()
        do {
            for try await buffer in request.body {
                let events: [MultipartScanner.Event]
                do {
                    events = try scanner.append(buffer.readableBytesView)
                } catch {
                    throw APIError(.malformedRequest, "the body is not a form")
                }
                for event in events { try await handle(event, &form, scope) }
            }
            guard scanner.isDone else { throw APIError(.malformedRequest, "the form has no end") }
            return try await publish(form, scope)
        } catch {
            if form.fileName != nil { try? await files.discard(form.id, in: scope) }
            throw error
        }
    }

    private func handle(
        _ event: MultipartScanner.Event, _ form: inout Form, _ scope: TenantScope
    ) async throws {
        switch event {
        case .begin("file", let name):
            guard form.fileName == nil else { throw APIError.invalid("file", "is given more than once") }
            form.current = "file"
            form.fileName = Self.name(name)
            let expires = Date().addingTimeInterval(TimeInterval(limits.retentionSeconds))
            guard try await files.begin(form.id, name: Self.name(name), expires: expires, in: scope) else {
                throw APIError.invalid("file", "the tenant has \(BatchLimits.files) files, the most that it may have")
            }
        case .begin(let name, _):
            form.current = name
            form.fields[name] = []
        case .content(let bytes) where form.current == "file": try await store(bytes, &form, scope)
        case .content(let bytes):
            guard let name = form.current else { return }
            form.fields[name, default: []] += bytes
            guard form.fields[name]?.count ?? 0 <= Self.fieldBytes else { throw APIError.invalid(name, "is too long") }
        case .end:
            if form.current == "file" {
                if !form.piece.isEmpty { try await append(form.piece, &form, scope) }
                form.piece = []
                form.isComplete = true
            }
            form.current = nil
        }
    }

    private func store(_ bytes: [UInt8], _ form: inout Form, _ scope: TenantScope) async throws {
        form.bytes += Int64(bytes.count)
        guard form.bytes <= limits.fileBytes else {
            throw APIError(.bodyTooLarge, "a file may have at most \(limits.fileBytes) bytes")
        }
        form.piece += bytes
        while form.piece.count >= BatchLimits.chunkBytes {
            try await append(Array(form.piece.prefix(BatchLimits.chunkBytes)), &form, scope)
            form.piece.removeFirst(BatchLimits.chunkBytes)
        }
    }

    private func append(_ piece: [UInt8], _ form: inout Form, _ scope: TenantScope) async throws {
        let fits = try await files.append(
            piece, at: form.pieces, to: form.id, tenantBytes: limits.tenantBytes, in: scope)
        guard fits else {
            throw APIError.invalid("file", "the tenant's files may have \(limits.tenantBytes) bytes together")
        }
        form.pieces += 1
    }

    private func publish(_ form: Form, _ scope: TenantScope) async throws -> StoredFile {
        guard form.isComplete, let name = form.fileName else { throw APIError.invalid("file", "is required") }
        guard let purpose = form.fields["purpose"] else { throw APIError.invalid("purpose", "is required") }
        guard purpose == Array("batch".utf8) else { throw APIError.invalid("purpose", "must be \"batch\"") }
        guard form.bytes > 0 else { throw APIError.invalid("file", "is empty") }
        let expires = Date().addingTimeInterval(TimeInterval(try retention(form)))
        guard let file = try await files.publish(form.id, name: name, expires: expires, in: scope) else {
            throw APIError(.internalError, internalReason: "an uploaded file is gone")
        }
        return file
    }

    /// `expires_after[seconds]`, within an hour and what is kept at most.
    private func retention(_ form: Form) throws(APIError) -> Int64 {
        guard let text = form.fields["expires_after[seconds]"] else { return limits.retentionSeconds }
        guard let seconds = Int64(String(decoding: text, as: UTF8.self)),
            (3600...max(3600, limits.retentionSeconds)).contains(seconds)
        else { throw .invalid("expires_after[seconds]", "must be from 3600 to \(limits.retentionSeconds)") }
        return seconds
    }

    /// The last part of what the client calls it, without what does not print.
    private static func name(_ text: String?) -> String {
        let plain = (text ?? "").filter { !$0.unicodeScalars.contains { $0.value < 0x20 || $0.value == 0x7F } }
        let last = plain.split(whereSeparator: { $0 == "/" || $0 == "\\" }).last.map { String($0.prefix(200)) } ?? ""
        return last.isEmpty ? "file.jsonl" : last
    }
}
