import Contracts
import Foundation

/// A tenant made through the admin routes, with a key that may do everything within it.
package struct DemoTenant: Sendable {
    package let id: String
    package let key: String
    private let base: String

    package static func create(
        on constellation: Constellation, name: String, roles: [String] = ["tenant-admin"]
    ) async throws -> DemoTenant {
        let base = constellation.url(.gateway)
        let admin = PlainHTTP(bearer: constellation.adminKey)
        let tenant = try await admin.post("\(base)/admin/v1/tenants", json: #"{"name":"\#(name)","plan":"standard"}"#)
        guard tenant.status == 201, let id = tenant.string("id") else { throw DemoTenantError(answer: tenant.text) }
        let list = roles.map { "\"\($0)\"" }.joined(separator: ",")
        let key = try await admin.post(
            "\(base)/admin/v1/tenants/\(id)/api-keys", json: #"{"name":"test","roles":[\#(list)]}"#)
        guard key.status == 201, let secret = key.string("key") else { throw DemoTenantError(answer: key.text) }
        return DemoTenant(id: id, key: secret, base: base)
    }

    package var http: PlainHTTP { PlainHTTP(bearer: key) }

    package func get(_ path: String) async throws -> PlainAnswer { try await http.get(base + path) }

    package func post(_ path: String, _ json: String, headers: [(String, String)] = []) async throws -> PlainAnswer {
        try await http.post(base + path, json: json, headers: headers)
    }

    package func send(_ method: String, _ path: String, _ json: String? = nil) async throws -> PlainAnswer {
        try await http.send(
            method, base + path, body: json.map { Array($0.utf8) },
            headers: json == nil ? [] : [("Content-Type", "application/json")])
    }

    /// Gives the tenant a model provider that serves `fake-chat` and `fake-embedding`.
    package func addProvider(_ provider: FakeProvider, on constellation: Constellation) async throws {
        let added = try await PlainHTTP(bearer: constellation.adminKey).post(
            "\(base)/admin/v1/tenants/\(id)/providers",
            json: """
                {"name":"fake","kind":"openai","base_url":"\(provider.baseURL)","api_key":"sk-fake-0000",
                "models":["fake-chat","fake-embedding"]}
                """)
        guard added.status == 201 else { throw DemoTenantError(answer: added.text) }
    }

    /// Every item of a list route, page by page.
    package func all(_ path: String) async throws -> [[String: Any]] {
        var items: [[String: Any]] = []
        var cursor: String? = nil
        repeat {
            let query = "?limit=200" + (cursor.map { "&cursor=\($0)" } ?? "")
            let page = try await get(path + query)
            guard page.status == 200 else { throw DemoTenantError(answer: page.text) }
            items += page.json("data") as? [[String: Any]] ?? []
            cursor = page.string("next_cursor")
        } while cursor != nil
        return items
    }

    /// Posts a document and waits until it is in the index.
    /// - Returns: Its id.
    package func learn(title: String, content: String, mimeType: String = "text/markdown") async throws -> String {
        let body = try JSONEncoder().encode(["title": title, "content": content, "mime_type": mimeType])
        let accepted = try await post("/v1/documents", String(decoding: body, as: UTF8.self))
        guard accepted.status == 202, let id = accepted.string("id") else {
            throw DemoTenantError(answer: accepted.text)
        }
        for _ in 0..<300 {
            let document = try await get("/v1/documents/\(id)")
            switch document.string("status") {
            case "ready": return id
            case "failed": throw DemoTenantError(answer: document.text)
            default: try await Task.sleep(for: .milliseconds(100))
            }
        }
        throw DemoTenantError(answer: "document \(id) is still not ready")
    }
}

package struct DemoTenantError: Error {
    package let answer: String
}
