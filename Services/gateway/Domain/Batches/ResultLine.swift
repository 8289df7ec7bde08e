import Contracts
import Foundation

/// A line of an output or an error file, in OpenAI's form.
struct ResultLine: Sendable {
    let batch: BatchID
    let line: Int
    let attempt: Int
    let customID: String
    let outcome: Outcome

    enum Outcome: Sendable, Equatable {
        /// The answer of the endpoint, whatever it was.
        case answered(status: Int, body: [UInt8])
        case notRun(code: String, message: String)
    }

    /// The id by which a call for a line goes, in answers and in records.
    static func requestID(_ batch: BatchID, line: Int, attempt: Int) -> String { "\(batch.wire).\(line).\(attempt)" }

    /// With the line feed at its end.
    var bytes: [UInt8] {
        var text = JSONText()
        text.member("id", "batch_req_\(batch.wire.dropFirst("batch_".count))_\(line)")
        text.member("custom_id", customID)
        var bytes = text.finish()
        bytes.removeLast()
        switch outcome {
        case .answered(let status, let body):
            let request = Self.requestID(batch, line: line, attempt: attempt)
            bytes += ",\"response\":{\"status_code\":\(status),\"request_id\":\"\(request)\",\"body\":".utf8
            bytes += Self.onOneLine(body)
            bytes += "},\"error\":null}\n".utf8
        case .notRun(let code, let message):
            var error = JSONText()
            error.member("code", code)
            error.member("message", message)
            bytes += ",\"response\":null,\"error\":".utf8
            bytes += error.finish()
            bytes += "}\n".utf8
        }
        return bytes
    }

    /// In JSON a line feed stands between tokens only, never in a text, so a blank in its place changes nothing.
    private static func onOneLine(_ json: [UInt8]) -> [UInt8] {
        guard json.contains(where: isBreak) else { return json }
        return json.map { isBreak($0) ? UInt8(ascii: " ") : $0 }
    }

    private static func isBreak(_ byte: UInt8) -> Bool { byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") }
}
