package import Hummingbird

/// Every route of a service: what 405 answers from, and what the test that walks all routes is checked against.
package struct RouteTable: Sendable {
    package struct Route: Sendable, Hashable, CustomStringConvertible {
        package let method: String
        /// `/v1/documents/{id}`
        package let path: String

        package init(method: String, path: String) {
            self.method = method
            self.path = path
        }

        package var description: String { "\(method) \(path)" }
    }

    package let routes: [Route]
    private let patterns: [(components: [RouterPath.Element], method: String)]

    package init<Context: RequestContext>(_ router: Router<Context>) {
        let described = router.routes
        patterns = described.map { (Array($0.path), $0.method.rawValue) }
        routes = described.map { Route(method: $0.method.rawValue, path: Self.template($0.path.description)) }
            .sorted { ($0.path, $0.method) < ($1.path, $1.method) }
    }

    /// The methods that `path` takes, empty when there is no such path. `HEAD` comes with `GET`.
    package func methods(forPath path: String) -> [String] {
        let segments = path.split(separator: "/")
        var methods = Set(patterns.filter { Self.matches($0.components, segments) }.map(\.method))
        if methods.contains("GET") { methods.insert("HEAD") }
        return methods.sorted()
    }

    /// `/v1/documents/:id` in the notation of OpenAPI.
    static func template(_ path: String) -> String {
        "/"
            + path.split(separator: "/").map { $0.hasPrefix(":") ? "{\($0.dropFirst())}" : "\($0)" }
            .joined(separator: "/")
    }

    private static func matches(_ components: [RouterPath.Element], _ segments: [Substring]) -> Bool {
        for (index, component) in components.enumerated() {
            if component == .recursiveWildcard { return true }
            guard index < segments.count, component ~= segments[index] else { return false }
        }
        return components.count == segments.count
    }
}
