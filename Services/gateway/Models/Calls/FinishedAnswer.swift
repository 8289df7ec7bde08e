import Foundation
import HTTPTypes
import Hummingbird
import NIOCore

/// A whole answer in the client's words, on the record already.
struct FinishedAnswer: Sendable {
    let body: [UInt8]
    let outcome: CallOutcome
    let open: OpenAttempt

    var response: Response {
        let buffer = ByteBuffer(bytes: body)
        return Response(
            status: .ok,
            headers: [.contentType: "application/json", .contentLength: String(buffer.readableBytes)],
            body: ResponseBody(byteBuffer: buffer))
    }

    /// The answer to be given again; nil when it may not be, since a limit of the gateway's may have cut it off.
    var kept: CachedAnswer? { open.isCutOff(outcome.usage) ? nil : shared }

    /// The same for those who asked at the same time and have the same limits.
    var shared: CachedAnswer {
        CachedAnswer(
            body: body, format: .dialect, model: open.attempt.target.model, provider: open.attempt.provider.name,
            usage: outcome.usage, costPicoUSD: open.cost(of: outcome.usage) ?? 0, storedAt: Date())
    }
}
