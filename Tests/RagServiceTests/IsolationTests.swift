import Contracts
import Foundation
import Postgres
import ServiceKit
import Support
import Testing

@testable import RagService

@Suite("Isolation")
struct IsolationTests {
    @Test("two tenants with the same documents never see each other's")
    func sameDocuments() async throws {
        try await RagFixture.run { rag in
            let tenants = [RagFixture.tenant(), RagFixture.tenant()]
            var ids: [Set<DocumentID>] = []
            for caller in tenants {
                ids.append([
                    try await rag.ready("VPN", Articles.vpn, as: caller),
                    try await rag.ready("Mail", Articles.mail, as: caller),
                ])
            }
            for (caller, own) in zip(tenants, ids) {
                let found = try await rag.search("vpn certificate password", as: caller).map(\.documentID)
                #expect(Set(found) == own)
                let answer = try await rag.answer("Why does the VPN client stop with error 0x80070005?", as: caller)
                #expect(Set(answer.citations.map(\.documentID)).isSubset(of: own))
                let list = try await rag.service.call("GET", "/v1/documents", as: caller).decode(DocumentList.self)
                #expect(Set(list.data.map(\.id)) == own)
            }
        }
    }

    @Test("what another tenant indexes does not change a score")
    func statistics() async throws {
        try await RagFixture.run { rag in
            let caller = RagFixture.tenant()
            _ = try await rag.ready("VPN", Articles.vpn, as: caller)
            let before = try await rag.search("vpn certificate", as: caller).map(\.score)
            let other = RagFixture.tenant()
            for index in 0..<5 { _ = try await rag.ready("VPN \(index)", Articles.vpn, as: other) }
            #expect(try await rag.search("vpn certificate", as: caller).map(\.score) == before)
        }
    }

    @Test("a document of another tenant is not found by any route, and a caller without a token gets 401 from all")
    func foreign() async throws {
        try await RagFixture.run { rag in
            let id = try await rag.ready("VPN", Articles.vpn, as: RagFixture.tenant())
            let stranger = RagFixture.tenant()
            let withID = rag.service.routes.filter { $0.path.hasPrefix("/v1/") && $0.path.contains("{id}") }
            #expect(
                Set(withID.map(\.description)).isSuperset(of: [
                    "GET /v1/documents/{id}", "PUT /v1/documents/{id}", "DELETE /v1/documents/{id}",
                    "GET /v1/documents/{id}/text",
                ]))
            for route in withID {
                let path = route.path.replacing("{id}", with: "\(id)")
                let body = route.method == "PUT" ? #"{"content":"mine now"}"# : nil
                let answer = try await rag.service.call(route.method, path, json: body, as: stranger)
                #expect(answer.status == 404, "\(route)")
            }
            for route in rag.service.routes where route.path.hasPrefix("/v1/") {
                let path = route.path.replacing("{id}", with: "\(id)")
                #expect(try await rag.service.call(route.method, path, json: "{}").status == 401, "\(route)")
            }
        }
    }

    @Test("a viewer reads and changes nothing")
    func roles() async throws {
        try await RagFixture.run(runsWorkers: false) { rag in
            let tenant = TenantID()
            let viewer = TestTrust.caller(tenant, roles: [.viewer])
            let list = try await rag.service.call("GET", "/v1/documents", as: viewer)
            #expect(list.status == 200)
            let document = DocumentSubmission(content: "x")
            #expect(try await rag.service.call("POST", "/v1/documents", body: document, as: viewer).status == 403)
            let search = SearchRequest(query: "x")
            #expect(try await rag.service.call("POST", "/v1/search", body: search, as: viewer).status == 403)
        }
    }

    @Test("every table of the schema has row-level security, forced, with a policy, and its key begins with the tenant")
    func catalog() async throws {
        try await RagFixture.run(runsWorkers: false) { rag in
            let behind = try rag.database.makePool()
            let tables = try await behind.query(
                """
                SELECT c.relname, c.relrowsecurity AND c.relforcerowsecurity AS forced,
                    pg_get_userbyid(c.relowner) AS owner,
                    EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = c.oid AND p.polname = 'tenant') AS has_policy,
                    (SELECT a.attname FROM pg_index i JOIN pg_attribute a ON a.attrelid = c.oid
                        AND a.attnum = i.indkey[0] WHERE i.indrelid = c.oid AND i.indisprimary)::text AS first_key
                FROM pg_class c WHERE c.relnamespace = 'rag'::regnamespace AND c.relkind IN ('r', 'p')
                    AND c.relname NOT LIKE '%migration%'
                """)
            #expect(tables.count >= 9)
            for table in tables {
                let name = try table.decode("relname", as: String.self)
                #expect(try table.decode("forced", as: Bool.self), "\(name)")
                #expect(try table.decode("has_policy", as: Bool.self), "\(name)")
                #expect(try table.decode("owner", as: String.self) == "rag_owner", "\(name)")
                #expect(try table.decode("first_key", as: String?.self) == "tenant_id", "\(name)")
            }
            // Without a tenant set, the role of the service sees nothing.
            let caller = RagFixture.tenant()
            try await rag.submit(DocumentSubmission(content: "x"), as: caller)
            #expect(try await rag.pool.query("SELECT 1 FROM rag.documents").isEmpty)
            await behind.shutDown()
        }
    }
}
