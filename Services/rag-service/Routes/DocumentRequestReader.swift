import Contracts
import Foundation
import Hummingbird
import ServiceKit

/// Reads a document from a request: JSON, or a file in `multipart/form-data`.
struct DocumentRequestReader: Sendable {
    let limits: DocumentLimits

    /// JSON may escape each byte of the content in up to six; the content itself is checked afterwards.
    private var maximumBodyBytes: Int { limits.maximumContentBytes * 2 + BodyLimit.small }

    func submission(from request: Request, _ context: CallerContext) async throws -> DocumentSubmission {
        guard request.mediaType == "multipart/form-data" else {
            return try await request.decodeBody(
                as: DocumentSubmission.self, context: context, maximumBytes: maximumBodyBytes)
        }
        let bytes = try await request.collectBytes(maximumBytes: maximumBodyBytes)
        guard let contentType = request.headers[.contentType],
            let form = MultipartForm(bytes, contentType: contentType)
        else { throw APIError(.malformedRequest, "the multipart body cannot be read") }
        return try submission(from: form)
    }

    private func submission(from form: MultipartForm) throws -> DocumentSubmission {
        guard let file = form.part(named: "file") ?? form.part(named: "content") else {
            throw APIError.invalid("file", "is required")
        }
        guard let content = String(validating: file.body, as: UTF8.self) else {
            throw APIError.invalid("file", "must be text in UTF-8")
        }
        let named = file.fileName.flatMap { MediaType(fileName: $0)?.rawValue }
        // Browsers and curl send this when they do not know better.
        let declared = file.contentType.flatMap { $0.hasPrefix("application/octet-stream") ? nil : $0 }
        guard file.fileName == nil || named != nil || declared != nil else {
            throw APIError(.unsupportedMediaType, "the kind of the file is unknown; send its type or mime_type")
        }
        return DocumentSubmission(
            title: form.text("title") ?? file.fileName.map(Self.title),
            content: content,
            mimeType: form.text("mime_type") ?? named ?? declared,
            metadata: try form.text("metadata").map {
                try JSONBody.decode([String: MetadataValue].self, from: Array($0.utf8))
            },
            knowledgeBase: form.text("knowledge_base"))
    }

    /// The file's name without its ending.
    private static func title(_ fileName: String) -> String {
        let name = fileName.split(whereSeparator: { $0 == "/" || $0 == "\\" }).last.map(String.init) ?? fileName
        guard let dot = name.lastIndex(of: "."), dot != name.startIndex else { return name }
        return String(name[..<dot])
    }

    /// - Throws: 422 for a key that is empty, too long or not plain.
    func idempotencyKey(of request: Request) throws(APIError) -> String? {
        guard let key = request.headers[.idempotencyKey] else { return nil }
        guard (1...255).contains(key.utf8.count), key.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw .invalid("Idempotency-Key", "must have 1 to 255 visible ASCII characters")
        }
        return key
    }
}
