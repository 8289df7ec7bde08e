import Contracts
import Foundation

/// Where a provider may be: an http(s) URL without anything that could carry more than an address.
enum ProviderAddress {
    /// Why a URL cannot be a provider's, in words for the operator; nil when it can.
    static func problem(with text: String) -> String? {
        guard text.utf8.count <= 2000, text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "\\") })
        else { return "must be a URL of at most 2000 plain characters" }
        guard let parts = URLComponents(string: text), let scheme = parts.scheme?.lowercased(), let host = parts.host
        else { return "must be an absolute URL such as https://api.openai.com/v1" }
        guard scheme == "https" || scheme == "http" else { return "must begin with https:// or http://" }
        guard !host.isEmpty else { return "must name a host" }
        guard parts.user == nil, parts.password == nil else { return "must not hold credentials; use api_key" }
        guard parts.query == nil, parts.fragment == nil else { return "must not have a query or a fragment" }
        return nil
    }

    /// Host and port of a URL that `problem` found none with.
    static func endpoint(of text: String) -> (host: String, port: Int)? {
        guard let parts = URLComponents(string: text), let host = parts.host else { return nil }
        return (host, parts.port ?? (parts.scheme?.lowercased() == "http" ? 80 : 443))
    }
}
