import Cryptography
import Foundation

/// Writes messages of an `application/vnd.amazon.eventstream`.
enum FakeAWSEvents {
    static func event(_ type: String, _ payload: [String: Any]) -> [UInt8] {
        message([(":event-type", type), (":content-type", "application/json"), (":message-type", "event")], payload)
    }

    static func exception(_ type: String, _ payload: [String: Any]) -> [UInt8] {
        message(
            [(":exception-type", type), (":content-type", "application/json"), (":message-type", "exception")], payload)
    }

    private static func message(_ headers: [(String, String)], _ payload: [String: Any]) -> [UInt8] {
        var block: [UInt8] = []
        for (name, value) in headers {
            // 7 is a string, with its length in two bytes.
            block += [UInt8(name.utf8.count)] + name.utf8 + [7, UInt8(value.utf8.count >> 8)]
            block += [UInt8(value.utf8.count & 0xFF)] + value.utf8
        }
        let body = FakeProviderAnswer.encode(payload)
        var bytes = number(16 + block.count + body.count) + number(block.count)
        bytes += number(Int(checksum(bytes))) + block + body
        return bytes + number(Int(checksum(bytes)))
    }

    private static func number(_ value: Int) -> [UInt8] { [24, 16, 8, 0].map { UInt8(value >> $0 & 0xFF) } }

    /// CRC-32, bit by bit.
    private static func checksum(_ bytes: [UInt8]) -> UInt32 {
        ~bytes.reduce(UInt32.max) { sum, byte in
            (0..<8).reduce(sum ^ UInt32(byte)) { value, _ in value >> 1 ^ (value & 1 == 1 ? 0xEDB8_8320 : 0) }
        }
    }
}

/// Checks signatures of AWS Signature Version 4 as the server does: by the headers that the request says are signed.
enum FakeAWSSignature {
    static func isValid(
        _ arrival: FakeProvider.Arrival, accessKeyID: String, secret: String, token: String?
    ) -> Bool {
        guard let authorization = arrival.header("authorization"), let time = arrival.header("x-amz-date"),
            arrival.header("x-amz-security-token") == token
        else { return false }
        let fields = fields(of: authorization)
        let scope = (fields["Credential"] ?? "").split(separator: "/").map(String.init)
        guard scope.count == 5, scope[0] == accessKeyID, scope[3] == "bedrock", time.hasPrefix(scope[1]) else {
            return false
        }
        let names = (fields["SignedHeaders"] ?? "").split(separator: ";").map(String.init)
        guard names.contains("host"), names.contains("x-amz-date") else { return false }
        let headers = names.map { "\($0):\(arrival.header($0) ?? "")\n" }.joined()
        let canonical = [
            arrival.method, escaped(arrival.path), arrival.query ?? "", headers, names.joined(separator: ";"),
            Hexadecimal.encode(SHA256.hash(arrival.body)),
        ].joined(separator: "\n")
        let text = [
            "AWS4-HMAC-SHA256", time, scope.dropFirst().joined(separator: "/"),
            Hexadecimal.encode(SHA256.hash(canonical)),
        ].joined(separator: "\n")
        var key = Array("AWS4\(secret)".utf8)
        for part in scope.dropFirst() { key = HMACSHA256.authenticationCode(for: Array(part.utf8), key: key) }
        return fields["Signature"]
            == Hexadecimal.encode(HMACSHA256.authenticationCode(for: Array(text.utf8), key: key))
    }

    private static func fields(of authorization: String) -> [String: String] {
        guard authorization.hasPrefix("AWS4-HMAC-SHA256 ") else { return [:] }
        var fields: [String: String] = [:]
        for field in authorization.dropFirst(17).split(separator: ",") {
            let parts = field.split(separator: "=", maxSplits: 1)
            guard parts.count == 2 else { continue }
            fields[parts[0].trimmingCharacters(in: .whitespaces)] = String(parts[1])
        }
        return fields
    }

    /// The path is escaped once more than it was sent.
    private static func escaped(_ path: String) -> String {
        path.addingPercentEncoding(withAllowedCharacters: .init(charactersIn: "/-_.~").union(.alphanumerics)) ?? path
    }
}
