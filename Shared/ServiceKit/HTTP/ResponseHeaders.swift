import HTTPTypes
import Hummingbird

/// Headers that every answer has, unless the route set its own.
enum ResponseHeaders {
    private static let defaults: [(HTTPField.Name, String)] = {
        let pairs = [
            ("x-content-type-options", "nosniff"),
            ("cache-control", "no-store"),
            ("referrer-policy", "no-referrer"),
            ("content-security-policy", "default-src 'none'; frame-ancestors 'none'"),
        ]
        return pairs.compactMap { name, value in HTTPField.Name(name).map { ($0, value) } }
    }()

    static func complete(_ response: inout Response, requestID: String) {
        for (name, value) in defaults where response.headers[name] == nil { response.headers[name] = value }
        response.headers[.requestID] = requestID
    }
}
