import HTTPTypes
import Hummingbird

/// Headers that every answer has, unless the route set its own.
enum ResponseHeaders {
    private static let defaults: [HTTPField] = {
        let pairs = [
            ("x-content-type-options", "nosniff"),
            ("cache-control", "no-store"),
            ("referrer-policy", "no-referrer"),
            ("content-security-policy", "default-src 'none'; frame-ancestors 'none'"),
        ]
        return pairs.compactMap { name, value in HTTPField.Name(name).map { HTTPField(name: $0, value: value) } }
    }()

    /// The same for an answer that is written by hand: whole lines, in which nothing but `cache-control` is ever set by a
    /// route that is answered directly.
    static let lines = text(of: defaults)
    static let linesWithoutCacheControl = text(of: defaults.filter { $0.name != .cacheControl })

    private static func text(of fields: [HTTPField]) -> String {
        fields.map { "\($0.name.rawName): \($0.value)\r\n" }.joined()
    }

    static func complete(_ response: inout Response, requestID: String) {
        response.headers.reserveCapacity(response.headers.count + defaults.count + 2)
        for field in defaults where !response.headers.contains(field.name) { response.headers.append(field) }
        response.headers[.requestID] = requestID
    }
}
