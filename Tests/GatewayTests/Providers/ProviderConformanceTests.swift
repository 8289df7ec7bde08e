import CurlClient
import Foundation
import HTTPTypes
import Testing

@testable import Gateway

/// What holds for every provider, checked for each of `ProviderAdapters.all` by its folder of fixtures.
@Suite("Every provider")
struct ProviderConformanceTests {
    /// What each folder must show at least.
    private static let requiredAnswers = [
        "answer-text.json", "answer-tools.json", "answer-length.json", "answer-usage.json",
    ]
    private static let requiredStreams = ["stream-text", "stream-tools", "stream-error"]
    private static let requiredErrors = [
        "error-limit.json", "error-credentials.json", "error-request.json", "error-context-length.json",
        "error-model.json", "error-provider.json",
    ]

    @Test("has a folder of fixtures, and every folder has a provider")
    func folders() throws {
        let folders = try FileManager.default.contentsOfDirectory(atPath: ProviderFixture.folder.path)
        #expect(Set(folders.filter { !$0.hasPrefix(".") }) == Set(ProviderAdapters.kinds))
    }

    @Test("shows its answers, streams and errors", arguments: ProviderAdapters.kinds)
    func completeness(kind: String) throws {
        let fixture = try ProviderFixture(kind)
        for file in Self.requiredAnswers + Self.requiredErrors { #expect(fixture.files.contains(file), "\(file)") }
        for name in Self.requiredStreams {
            #expect(fixture.cases("stream-").contains { $0.hasPrefix("\(name).") }, "\(name)")
        }
    }

    @Test("is called at its vendor's addresses with its vendor's headers", arguments: ProviderAdapters.kinds)
    func routes(kind: String) throws {
        let fixture = try ProviderFixture(kind)
        let routes = fixture.description["routes"]
        let headers = (fixture.description["headers"]?.members ?? []).map { "\($0.name): \($0.value.string ?? "")" }
        for (name, operation, model) in [
            ("chat", ModelOperation.chat(.openAIChat, streams: false), fixture.model),
            ("stream", .chat(.openAIChat, streams: true), fixture.model),
            ("embeddings", .embeddings, fixture.embeddingModel),
        ] {
            guard let model, let url = routes?[name]?.string else { continue }
            let route = fixture.adapter.route(operation, model: model)
            #expect(route.url == url)
            #expect(Set(route.headers.map { "\($0.0): \($0.1)" }) == Set(headers))
        }
    }

    @Test("expects its streams as what the vendor says they are", arguments: ProviderAdapters.kinds)
    func mediaTypes(kind: String) throws {
        let fixture = try ProviderFixture(kind)
        let isBinary = fixture.cases("stream-").contains { $0.hasSuffix(".b64") }
        #expect((fixture.adapter.streamMediaType == "text/event-stream") != isBinary)
    }

    @Test("keeps a model's name inside of its place in the address", arguments: ProviderAdapters.kinds)
    func hostileNames(kind: String) throws {
        let fixture = try ProviderFixture(kind)
        let clean = fixture.adapter.route(.chat(.openAIChat, streams: false), model: "x").url
        for name in ["../../admin", "a?b=c", "a#b", "a b", "ä", "..", "a/../../b", "a%2fb", "a@evil.example"] {
            let url = fixture.adapter.route(.chat(.openAIChat, streams: false), model: name).url
            let parts = try #require(URLComponents(string: url))
            let expected = try #require(URLComponents(string: clean))
            #expect(parts.host == expected.host && parts.fragment == nil && parts.query == expected.query, "\(url)")
            let slashes = { (path: String) in path.split(separator: "/", omittingEmptySubsequences: false).count }
            #expect(slashes(parts.percentEncodedPath) == slashes(expected.percentEncodedPath), "\(url)")
            #expect(!url.utf8.contains { $0 <= 0x20 || $0 >= 0x7F }, "\(url)")
        }
    }

    @Test("refuses keys that could break out of a header", arguments: ProviderAdapters.kinds)
    func hostileKeys(kind: String) throws {
        let fixture = try ProviderFixture(kind)
        for key in ["a\r\nX-Evil: 1", "a b", "a\u{0}", "ключ"] {
            let settings = ProviderSettings(baseURL: "https://example.com", apiKey: key)
            #expect(throws: ProviderSettings.Problem.self) { try ProviderAdapters.make(kind, settings) }
        }
        _ = fixture
    }

    // MARK: Requests

    @Test("says every conversation in its vendor's words, or says what it cannot", arguments: ProviderAdapters.kinds)
    func requests(kind: String) throws {
        let fixture = try ProviderFixture(kind)
        for (name, conversation) in ConformanceConversations.all {
            let body: JSONValue
            do throws(TranslationError) {
                body = parsed(try fixture.adapter.body(of: conversation, model: fixture.model))
            } catch .unsupported(let parameter, _) {
                body = .members(("unsupported", .string(parameter)))
            }
            try fixture.expect(body, in: "request-\(name).json")
        }
    }

    private func parsed(_ bytes: [UInt8]) -> JSONValue {
        (try? JSONValue(parsing: bytes)) ?? .string("not JSON: \(String(decoding: bytes, as: UTF8.self))")
    }

    @Test("asks for embeddings and reads them in the order of the texts", arguments: ProviderAdapters.kinds)
    func embeddings(kind: String) throws {
        let fixture = try ProviderFixture(kind)
        var demand = EmbeddingDemand(model: "alias", input: .texts(["one", "two"]))
        guard let model = fixture.embeddingModel else {
            #expect(throws: TranslationError.self) { try fixture.adapter.body(of: demand, model: "x") }
            return
        }
        demand.dimensions = 2
        demand.purpose = "query"
        try fixture.expect(
            parsed(fixture.adapter.body(of: demand, model: model)), in: "embeddings-request.json")
        let answer = try fixture.adapter.embeddings(try fixture.bytes("embeddings-answer.json"), for: demand)
        try fixture.expect(NeutralForm.json(answer), in: "embeddings-answer.neutral.json")
    }

    // MARK: Answers

    @Test("reads its vendor's answers", arguments: ProviderAdapters.kinds)
    func answers(kind: String) throws {
        let fixture = try ProviderFixture(kind)
        for file in fixture.cases("answer-") {
            let completion = try fixture.adapter.completion(try fixture.bytes(file))
            try fixture.expect(NeutralForm.json(completion), in: fixture.neutral(file))
        }
    }

    @Test("takes no cut-off answer for one", arguments: ProviderAdapters.kinds)
    func cutAnswers(kind: String) throws {
        let fixture = try ProviderFixture(kind)
        let whole = try fixture.bytes("answer-text.json")
        let end = try #require(whole.lastIndex(of: UInt8(ascii: "}")))
        for length in 0...end {
            #expect(throws: TranslationError.self) { try fixture.adapter.completion(Array(whole.prefix(length))) }
        }
        for text in ["[]", "{}", "null", "<html>", #"{"error":{"message":"x"}}"#] {
            #expect(throws: TranslationError.self) { try fixture.adapter.completion(Array(text.utf8)) }
        }
    }

    // MARK: Errors

    @Test("reads its vendor's errors", arguments: ProviderAdapters.kinds)
    func errors(kind: String) throws {
        let fixture = try ProviderFixture(kind)
        for file in fixture.cases("error-") {
            let error = try fixture.json(file)
            let headers = (error["headers"]?.members ?? []).map { ($0.name, $0.value.string ?? "") }
            let failure = fixture.adapter.failure(
                status: Int(try #require(error["status"]?.integer)), headers: ResponseHeaders(headers),
                body: error["body"]?.text ?? [])
            let expected = error["expected"]
            #expect(failure.status.map(Int64.init) == error["status"]?.integer, "\(kind)/\(file)")
            #expect(Int64(failure.error.status) == expected?["status"]?.integer, "\(kind)/\(file): \(failure)")
            #expect(failure.error.code == expected?["code"]?.string, "\(kind)/\(file): \(failure)")
            #expect(failure.blame.rawValue == expected?["blame"]?.string, "\(kind)/\(file): \(failure)")
            #expect(failure.error.headers[.retryAfter] == expected?["retry_after"]?.string, "\(kind)/\(file)")
            if let parameter = expected?["parameter"]?.string { #expect(failure.error.parameter == parameter) }
        }
    }

    @Test("makes something of every error that is not in its vendor's shape", arguments: ProviderAdapters.kinds)
    func strangeErrors(kind: String) throws {
        let fixture = try ProviderFixture(kind)
        for text in ["", "<html><h1>502 Bad Gateway</h1></html>", "[]", "{}", "null", "\u{0}"] {
            for status in [301, 400, 401, 402, 403, 404, 408, 409, 413, 422, 429, 500, 502, 503, 504, 529] {
                let failure = fixture.adapter.failure(
                    status: status, headers: ResponseHeaders(), body: Array(text.utf8))
                #expect(failure.status == status && failure.error.status >= 400)
                #expect(!failure.error.message.isEmpty)
            }
        }
    }
}

/// What options change.
@Suite("Options of providers")
struct ProviderOptionTests {
    @Test("Azure's addresses are those of v1 without a dated version")
    func azure() throws {
        for (options, url) in [
            ([:], "https://x.openai.azure.com/openai/v1/chat/completions"),
            (["api_version": "v1"], "https://x.openai.azure.com/openai/v1/chat/completions"),
            (
                ["api_version": "2024-10-21"],
                "https://x.openai.azure.com/openai/deployments/gpt/chat/completions?api-version=2024-10-21"
            ),
        ] {
            for base in ["https://x.openai.azure.com", "https://x.openai.azure.com/openai/v1/"] {
                let settings = ProviderSettings(baseURL: base, apiKey: "k", options: options)
                let adapter = try AzureOpenAIAdapter(settings)
                #expect(adapter.route(.chat(.openAIChat, streams: false), model: "gpt").url == url)
                #expect(adapter.nativeDialects.contains(.openAIResponses) == url.contains("/v1/"))
            }
        }
    }

    @Test("a later version of Anthropic's interface takes no numbers for sampling")
    func anthropic() throws {
        let settings = ProviderSettings(
            baseURL: "https://api.anthropic.com/v1", apiKey: "k", options: ["version": "2026-10-21"])
        let adapter = try AnthropicAdapter(settings)
        #expect(throws: TranslationError.self) {
            try adapter.body(of: ConformanceConversations.sampling, model: "claude-opus-5-5")
        }
        let route = adapter.route(.chat(.anthropicMessages, streams: false), model: "claude-opus-5-5")
        #expect(route.url == "https://api.anthropic.com/v1/messages")
        #expect(route.headers.contains { $0 == ("anthropic-version", "2026-10-21") })
    }

    @Test("models that decide themselves how long to think get an effort, older ones a number")
    func thinking() throws {
        let adapter = try AnthropicAdapter(ProviderSettings(baseURL: "https://api.anthropic.com", apiKey: "k"))
        let body = try adapter.body(of: ConformanceConversations.reasoning, model: "claude-opus-5-5")
        let value = try JSONValue(parsing: body)
        #expect(value["thinking"]?["type"] == "adaptive" && value["output_config"]?["effort"] == "medium")
    }

    @Test("a header of an option cannot be broken out of", arguments: ["a\r\nX-Evil: 1", "a b", "ä"])
    func hostile(value: String) {
        for (kind, option) in [("openai", "organization"), ("anthropic", "beta"), ("azure-openai", "api_version")] {
            let settings = ProviderSettings(baseURL: "https://example.com", apiKey: "k", options: [option: value])
            #expect(throws: ProviderSettings.Problem.self) { try ProviderAdapters.make(kind, settings) }
        }
    }
}
