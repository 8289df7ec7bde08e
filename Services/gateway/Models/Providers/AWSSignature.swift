import Cryptography
import CurlClient
import Foundation

/// Signs requests by AWS Signature Version 4 (docs.aws.amazon.com, IAM User Guide, "Create a signed AWS API request").
struct AWSSignature: Sendable {
    let accessKeyID: String
    let secretAccessKey: String
    let sessionToken: String?
    let region: String
    let service: String

    /// Adds `X-Amz-Date`, `X-Amz-Security-Token` for temporary credentials, and `Authorization`. What may change on the
    /// way is left out of the signature; the host and the type of the body are in it.
    func sign(_ request: inout OutgoingRequest, at date: Date) {
        let (day, time) = Self.stamps(date)
        request.headers.append(("X-Amz-Date", time))
        if let sessionToken { request.headers.append(("X-Amz-Security-Token", sessionToken)) }
        let parts = Self.parts(of: request.url)
        var headers = [("host", parts.host)]
        for (name, value) in request.headers where Self.signed.contains(name.lowercased()) {
            headers.append((name.lowercased(), value.trimmingCharacters(in: .whitespaces)))
        }
        headers.sort { $0.0 < $1.0 }
        let names = headers.map(\.0).joined(separator: ";")
        let canonical = [
            request.method, parts.path, parts.query, headers.map { "\($0.0):\($0.1)\n" }.joined(), names,
            Hexadecimal.encode(SHA256.hash(request.body ?? [])),
        ].joined(separator: "\n")
        let scope = "\(day)/\(region)/\(service)/aws4_request"
        let text = "AWS4-HMAC-SHA256\n\(time)\n\(scope)\n\(Hexadecimal.encode(SHA256.hash(canonical)))"
        let signature = Hexadecimal.encode(
            HMACSHA256.authenticationCode(for: Array(text.utf8), key: signingKey(day: day)))
        request.headers.append(
            (
                "Authorization",
                "AWS4-HMAC-SHA256 Credential=\(accessKeyID)/\(scope), SignedHeaders=\(names), Signature=\(signature)"
            ))
    }

    private static let signed: Set<String> = ["content-type", "x-amz-date", "x-amz-security-token"]

    private func signingKey(day: String) -> [UInt8] {
        [day, region, service, "aws4_request"].reduce(Array("AWS4\(secretAccessKey)".utf8)) { key, text in
            HMACSHA256.authenticationCode(for: Array(text.utf8), key: key)
        }
    }

    /// The host as it is sent, the path escaped a second time (as all services but S3 want it), the query sorted.
    private static func parts(of url: String) -> (host: String, path: String, query: String) {
        let isSecure = url.hasPrefix("https://")
        let rest = url.dropFirst(isSecure ? 8 : 7)
        let authority = rest.prefix { $0 != "/" && $0 != "?" }
        let target = rest.dropFirst(authority.count)
        let path = target.prefix { $0 != "?" }
        let query = target.dropFirst(path.count + 1).split(separator: "&").sorted().joined(separator: "&")
        let defaultPort = isSecure ? ":443" : ":80"
        let host = authority.hasSuffix(defaultPort) ? authority.dropLast(defaultPort.count) : authority
        let segments = path.split(separator: "/", omittingEmptySubsequences: false)
        let escaped = segments.map { PathSegment.escape(String($0)) }.joined(separator: "/")
        return (host.lowercased(), escaped.isEmpty ? "/" : escaped, query)
    }

    /// `20150830` and `20150830T123600Z`.
    static func stamps(_ date: Date) -> (day: String, time: String) {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = .gmt
        let parts = calendar.dateComponents([.year, .month, .day, .hour, .minute, .second], from: date)
        func padded(_ value: Int?) -> String { value.map { $0 < 10 ? "0\($0)" : String($0) } ?? "00" }
        let day = "\(padded(parts.year))\(padded(parts.month))\(padded(parts.day))"
        return (day, "\(day)T\(padded(parts.hour))\(padded(parts.minute))\(padded(parts.second))Z")
    }
}
