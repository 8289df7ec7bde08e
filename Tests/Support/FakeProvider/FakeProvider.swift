import Foundation
package import Hummingbird
import Logging
import NIOCore
import Synchronization

/// A server that speaks OpenAI's wire format exactly and fails exactly as told. Deterministic: it repeats what it is
/// asked. It counts what it would bill, so that a ledger can be held against it.
///
/// Models: every name but those that begin with `missing`. Text costs one token a word.
package final class FakeProvider: Sendable {
    /// What the provider would bill.
    package struct Meter: Sendable, Equatable {
        package var requests = 0
        package var promptTokens: Int64 = 0
        package var completionTokens: Int64 = 0

        package init() {}
    }

    /// One request as it arrived.
    package struct Arrival: Sendable {
        package let path: String
        package let headers: [(name: String, value: String)]
        package let body: [UInt8]

        package func header(_ name: String) -> String? {
            headers.first { $0.name.lowercased() == name.lowercased() }?.value
        }
    }

    struct State {
        var meter = Meter()
        var script: [Fault] = []
        var faults: [String: Fault] = [:]
        var arrivals: [Arrival] = []
    }

    /// The key it takes; any when nil.
    package let apiKey: String?
    let state = Mutex(State())
    private let running = Mutex<(port: Int, task: Task<Void, any Error>)?>(nil)

    private init(apiKey: String?) {
        self.apiKey = apiKey
    }

    /// Starts a server on a free port of the loopback interface, or on `port`.
    package static func start(apiKey: String? = "sk-fake-0000", port: Int = 0) async throws -> FakeProvider {
        let provider = FakeProvider(apiKey: apiKey)
        let (ports, ready) = AsyncThrowingStream.makeStream(of: Int.self)
        let application = Application(
            router: provider.router(),
            configuration: .init(address: .hostname("127.0.0.1", port: port)),
            onServerRunning: { channel in
                ready.yield(channel.localAddress?.port ?? 0)
                ready.finish()
            },
            logger: Logger(label: "fake-provider", factory: { _ in SwiftLogNoOpLogHandler() }))
        let task = Task {
            do {
                try await application.runService(gracefulShutdownSignals: [])
            } catch {
                ready.finish(throwing: error)
                throw error
            }
        }
        for try await port in ports { provider.running.withLock { $0 = (port, task) } }
        return provider
    }

    package var port: Int { running.withLock { $0?.port ?? 0 } }

    /// What a provider's `base_url` has to be.
    package var baseURL: String { "http://127.0.0.1:\(port)/v1" }

    package var meter: Meter { state.withLock { $0.meter } }

    /// The last 1,000 requests.
    package var arrivals: [Arrival] { state.withLock { $0.arrivals } }

    /// The next requests fail like this, one each, in this order.
    package func script(_ faults: Fault...) {
        state.withLock { $0.script += faults }
    }

    /// Every request for `model` fails like this until told otherwise.
    package func fail(_ model: String, with fault: Fault?) {
        state.withLock { $0.faults[model] = fault }
    }

    package func stop() async {
        let task = running.withLock { running in
            defer { running = nil }
            return running?.task
        }
        task?.cancel()
        _ = await task?.result
    }

    // MARK: Routes

    private func router() -> Router<FakeProviderContext> {
        let router = Router(context: FakeProviderContext.self)
        router.post("/v1/chat/completions") { request, context in
            try await self.answer(request, context, kind: .chat)
        }
        router.post("/v1/embeddings") { request, context in
            try await self.answer(request, context, kind: .embeddings)
        }
        router.get("/v1/models") { request, _ in
            if let refusal = self.refusal(request) { return refusal }
            return FakeProviderAnswer.json(.ok, FakeProviderAnswer.models)
        }
        return router
    }

    private enum Kind { case chat, embeddings }

    private func answer(_ request: Request, _ context: FakeProviderContext, kind: Kind) async throws -> Response {
        let buffer = try await request.body.collect(upTo: 64 << 20)
        let body = Array(buffer.readableBytesView)
        record(request, body)
        if let refusal = refusal(request) { return refusal }
        guard let json = try? JSONSerialization.jsonObject(with: Data(body)) as? [String: Any] else {
            return FakeProviderAnswer.error(
                .badRequest, "We could not parse the JSON body of your request.", type: "invalid_request_error")
        }
        guard let model = json["model"] as? String else {
            return FakeProviderAnswer.error(.badRequest, "you must provide a model parameter", parameter: "model")
        }
        guard !model.hasPrefix("missing") else {
            return FakeProviderAnswer.error(
                .notFound, "The model `\(model)` does not exist or you do not have access to it.",
                code: "model_not_found")
        }
        if let fault = takeFault(for: model) {
            if let response = try await fault.response(before: context) { return response }
            return try chat(json, model: model, fault: fault)
        }
        return try kind == .chat ? chat(json, model: model, fault: nil) : embeddings(json, model: model)
    }

    private func chat(_ json: [String: Any], model: String, fault: Fault?) throws -> Response {
        guard let conversation = FakeConversation(json, model: model) else {
            return FakeProviderAnswer.error(
                .badRequest, "Missing required parameter: 'messages'.", parameter: "messages",
                code: "missing_required_parameter")
        }
        if fault == nil { bill(prompt: conversation.promptTokens, completion: conversation.completionTokens) }
        return conversation.streams ? conversation.stream(fault: fault) : conversation.response(fault: fault)
    }

    private func embeddings(_ json: [String: Any], model: String) throws -> Response {
        guard let batch = FakeEmbeddings(json, model: model) else {
            return FakeProviderAnswer.error(.badRequest, "'input' is a required property", parameter: "input")
        }
        bill(prompt: batch.promptTokens, completion: 0)
        return batch.response()
    }

    private func bill(prompt: Int64, completion: Int64) {
        state.withLock { state in
            state.meter.requests += 1
            state.meter.promptTokens += prompt
            state.meter.completionTokens += completion
        }
    }

    private func record(_ request: Request, _ body: [UInt8]) {
        let headers = request.headers.map { (name: $0.name.rawName, value: $0.value) }
        state.withLock { state in
            if state.arrivals.count >= 1_000 { state.arrivals.removeFirst() }
            state.arrivals.append(Arrival(path: request.uri.path, headers: headers, body: body))
        }
    }

    private func takeFault(for model: String) -> Fault? {
        state.withLock { state in
            state.script.isEmpty ? state.faults[model] : state.script.removeFirst()
        }
    }

    private func refusal(_ request: Request) -> Response? {
        guard let apiKey, request.headers[.authorization] != "Bearer \(apiKey)" else { return nil }
        return FakeProviderAnswer.error(
            .unauthorized, "Incorrect API key provided: sk-****. You can find your API key in your account.",
            code: "invalid_api_key")
    }
}

/// The context of a request, with its connection, so that it can be broken.
package struct FakeProviderContext: RequestContext {
    package var coreContext: CoreRequestContextStorage
    let channel: any Channel

    package init(source: ApplicationRequestContextSource) {
        coreContext = .init(source: source)
        channel = source.channel
    }
}
