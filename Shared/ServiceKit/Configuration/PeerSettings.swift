package import Contracts

/// Where the other services are.
///
/// ## Configuration keys
/// - `SERVICES_GATEWAY_URL`, `SERVICES_RAG_SERVICE_URL`, `SERVICES_AGENT_RUNNER_URL`, `SERVICES_PROMPT_SERVICE_URL`,
///   `SERVICES_USAGE_BILLING_URL`, `SERVICES_AUDIT_SERVICE_URL` (default `http://127.0.0.1:` and the service's port).
package struct PeerSettings: Sendable {
    /// Without a slash at the end.
    package var urls: [ServiceName: String]

    package init(_ settings: Settings) throws(SettingsError) {
        urls = [:]
        for service in ServiceName.allCases {
            let key = "SERVICES_\(service.rawValue.uppercased().replacing("-", with: "_"))_URL"
            let url = settings.string(key, default: "http://127.0.0.1:\(service.defaultPort)")
            guard url.hasPrefix("http://") || url.hasPrefix("https://"), !url.contains(where: \.isWhitespace) else {
                throw SettingsError(key, "must be an http:// or https:// URL")
            }
            urls[service] = url.hasSuffix("/") ? String(url.dropLast()) : url
        }
    }

    package init(urls: [ServiceName: String]) {
        self.urls = urls
    }
}
