import Foundation
import Support

/// Requests and answers on a connection, as a client without a library has them.
struct HTTPConversation {
    private let connection: RawConnection
    private var rest = ""

    /// Longer than anything that these tests wait for.
    init(port: Int) throws {
        connection = try RawConnection(port: port, silence: .seconds(20))
    }

    func send(_ text: String) async {
        await connection.send(Array(text.utf8))
    }

    /// Says that nothing more will be sent.
    func finish() {
        connection.finish()
    }

    /// One answer with a length, or in chunks; nil when the connection ends before it.
    mutating func answer() async -> RawAnswer? {
        while true {
            if let (answer, rest) = RawAnswer.first(in: rest) {
                self.rest = rest
                return answer
            }
            guard let bytes = await connection.receive() else { return nil }
            rest += String(decoding: bytes, as: UTF8.self)
        }
    }

    /// Whether the other side ends the connection without another word.
    func isEnded() async -> Bool {
        let answer = await connection.receiveAll()
        return answer.isClosed && answer.bytes.isEmpty
    }
}

/// The text of one answer. For ASCII alone, where characters are bytes.
struct RawAnswer: Sendable, Equatable {
    let status: Int
    /// Names in lower case.
    let headers: [String: String]
    let body: String

    static func first(in text: String) -> (RawAnswer, rest: String)? {
        guard let end = text.range(of: "\r\n\r\n") else { return nil }
        let lines = text[..<end.lowerBound].components(separatedBy: "\r\n")
        let status = lines[0].split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
        let pairs = lines.dropFirst().compactMap { line -> (String, String)? in
            guard let colon = line.firstIndex(of: ":") else { return nil }
            return (
                line[..<colon].lowercased(), line[line.index(after: colon)...].trimmingCharacters(in: .whitespaces)
            )
        }
        let headers = Dictionary(pairs) { $0 + ", " + $1 }
        let rest = text[end.upperBound...]
        guard headers["transfer-encoding"] != "chunked" else {
            guard let last = rest.range(of: "0\r\n\r\n") else { return nil }
            return (
                RawAnswer(status: status, headers: headers, body: String(rest[..<last.lowerBound])),
                String(rest[last.upperBound...])
            )
        }
        let length = headers["content-length"].flatMap { Int($0) } ?? 0
        guard rest.utf8.count >= length else { return nil }
        return (
            RawAnswer(status: status, headers: headers, body: String(rest.prefix(length))),
            String(rest.dropFirst(length))
        )
    }
}
