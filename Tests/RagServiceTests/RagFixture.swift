import Contracts
import Foundation
import Logging
import Postgres
import ServiceKit
import Support
import Testing

@testable import RagService

/// The whole service on a database of its own, with its workers.
struct RagFixture: Sendable {
    let service: ServiceTestClient
    let database: TestDatabase

    /// - Parameter runsWorkers: False leaves the queue to the test.
    static func run(
        runsWorkers: Bool = true, settings: [String: String] = [:],
        _ body: @escaping @Sendable (RagFixture) async throws -> Void
    ) async throws {
        try await withTestDatabase { database in
            try await MigrationRunner(
                url: database.url(role: "rag_migrator"), schema: "rag", migrations: Migrations.all, logger: .quiet
            ).up()
            var settings = settings
            settings["INGESTION_POLL_INTERVAL"] = settings["INGESTION_POLL_INTERVAL"] ?? "50ms"
            try await withService(
                App.self, databaseURL: database.url(role: "rag"), settings: settings, runsWorkers: runsWorkers
            ) { service in
                try await body(RagFixture(service: service, database: database))
            }
        }
    }

    var pool: PostgresPool { service.parts.pool }

    @discardableResult
    func submit(_ submission: DocumentSubmission, as caller: Caller, headers: [String: String] = [:]) async throws
        -> DocumentID
    {
        let answer = try await service.call("POST", "/v1/documents", body: submission, as: caller, headers: headers)
        #expect(answer.status == 202, "\(answer.text)")
        return try answer.decode(DocumentReceipt.self).id
    }

    /// Waits, with a bound, until the document has reached an end.
    @discardableResult
    func settled(_ id: DocumentID, as caller: Caller) async throws -> DocumentSummary {
        for _ in 0..<400 {
            let document = try await service.call("GET", "/v1/documents/\(id)", as: caller)
                .decode(DocumentSummary.self)
            if document.status == .ready || document.status == .failed { return document }
            try await Task.sleep(for: .milliseconds(25))
        }
        Issue.record("the document \(id) never came to an end")
        throw CancellationError()
    }

    func ready(_ title: String, _ content: String, as caller: Caller) async throws -> DocumentID {
        let id = try await submit(DocumentSubmission(title: title, content: content), as: caller)
        let document = try await settled(id, as: caller)
        #expect(document.status == .ready, "\(document.reason ?? "")")
        return id
    }

    func search(_ query: String, as caller: Caller) async throws -> [SearchResult] {
        let answer = try await service.call("POST", "/v1/search", body: SearchRequest(query: query), as: caller)
        #expect(answer.status == 200, "\(answer.text)")
        return try answer.decode(SearchResponse.self).results
    }

    func answer(_ question: String, as caller: Caller) async throws -> AnswerResponse {
        let answer = try await service.call("POST", "/v1/answers", body: AnswerRequest(question: question), as: caller)
        #expect(answer.status == 200, "\(answer.text)")
        return try answer.decode(AnswerResponse.self)
    }

    /// The stored text, in which offsets count.
    func text(of id: DocumentID, as caller: Caller) async throws -> [Unicode.Scalar] {
        Array(try await service.call("GET", "/v1/documents/\(id)/text", as: caller).text.unicodeScalars)
    }

    static func tenant() -> Caller { TestTrust.caller(TenantID()) }
}

/// Articles of an invented service desk.
enum Articles {
    static let vpn = """
        # VPN does not connect 🔒

        If the VPN client stops with error 0x80070005, the device certificate has expired. Renew it in the Company
        Portal under Certificates, then restart the client. The gateway vpn-gw-01 accepts the new certificate at once.

        ## Still no connection

        Check that the clock of the laptop is right. A difference of more than five minutes makes the gateway refuse
        the connection.
        """

    static let mail = """
        # Outlook asks for the password again and again

        Remove the stored credentials in the Credential Manager. Sign in once in the browser, then start Outlook.
        The update KB5021233 mends the cause.
        """

    static let printer = """
        # Printer shows offline

        Restart the print spooler. Printers on the second floor use the queue prn-02 and need no driver.
        """
}
