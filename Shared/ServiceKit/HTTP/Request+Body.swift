import Contracts
import HTTPTypes
package import Hummingbird
import NIOCore

/// Bounds of bodies, each with its reason.
package enum BodyLimit {
    /// A command or a query: identifiers, settings, a prompt.
    package static let small = 256 * 1024
    /// A chat with a long history, a ticket with its thread.
    package static let medium = 4 * 1024 * 1024
    /// A document.
    package static let large = 32 * 1024 * 1024
}

extension Request {
    /// Reads the body as JSON in our wire format.
    ///
    /// - Throws: 415 without `Content-Type: application/json`, 413 past `maximumBytes`, 400 for what is not JSON, 422
    ///   naming the field for JSON of another shape.
    package func decodeBody<Body: Decodable>(
        as type: Body.Type = Body.self, context: some RequestContext, maximumBytes: Int = BodyLimit.medium
    ) async throws -> Body {
        try requireContentType("application/json")
        return try JSONBody.decode(type, from: try await collectBytes(maximumBytes: maximumBytes))
    }

    /// The whole body.
    ///
    /// - Throws: 413 past `maximumBytes`, found by `Content-Length` before anything is read where possible.
    package func collectBytes(maximumBytes: Int) async throws -> [UInt8] {
        let announced = headers[.contentLength].flatMap { Int($0) } ?? 0
        guard announced <= maximumBytes else { throw Self.tooLarge(maximumBytes) }
        var bytes: [UInt8] = []
        // No more than 1 MiB on the word of the other side.
        bytes.reserveCapacity(min(max(announced, 0), 1 << 20))
        for try await part in body {
            guard bytes.count + part.readableBytes <= maximumBytes else { throw Self.tooLarge(maximumBytes) }
            bytes.append(contentsOf: part.readableBytesView)
        }
        return bytes
    }

    /// - Throws: 415 unless the media type is one of `allowed`, compared without parameters.
    package func requireContentType(_ allowed: String...) throws(APIError) {
        guard mediaType.map(allowed.contains) ?? false else {
            throw APIError(.unsupportedMediaType, "send \(allowed.joined(separator: " or "))")
        }
    }

    /// `application/json` of `application/json; charset=utf-8`, in lower case.
    package var mediaType: String? {
        headers[.contentType].flatMap { value in
            value.split(separator: ";", maxSplits: 1).first.map {
                $0.trimmingPrefix { $0 == " " }.split(separator: " ").first.map { $0.lowercased() } ?? ""
            }
        }
    }

    private static func tooLarge(_ limit: Int) -> APIError {
        APIError(.bodyTooLarge, "a body here may have at most \(limit) bytes")
    }
}
