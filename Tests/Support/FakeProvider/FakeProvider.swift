import HTTPTypes
package import Hummingbird
import Logging
import NIOCore
import Synchronization

/// A server that speaks a vendor's wire format exactly, OpenAI's unless told otherwise, and fails exactly as told.
/// Deterministic: it repeats what it is asked. It counts what it would bill, so that a ledger can be held against it.
///
/// Models: every name but those that begin with `missing`. Text costs one token a word.
package final class FakeProvider: Sendable {
    /// What the provider would bill.
    package struct Meter: Sendable, Equatable {
        package var requests = 0
        package var promptTokens: Int64 = 0
        package var completionTokens: Int64 = 0
        /// Part of `promptTokens`.
        package var cachedTokens: Int64 = 0
        /// Part of `completionTokens`.
        package var reasoningTokens: Int64 = 0

        package init() {}

        static func + (left: Meter, right: Meter) -> Meter {
            var sum = left
            sum.requests += right.requests
            sum.promptTokens += right.promptTokens
            sum.completionTokens += right.completionTokens
            sum.cachedTokens += right.cachedTokens
            sum.reasoningTokens += right.reasoningTokens
            return sum
        }
    }

    /// One request as it arrived.
    package struct Arrival: Sendable {
        package let method: String
        /// Without its query; escapes as they came.
        package let path: String
        /// Nil when there is none.
        package let query: String?
        package let headers: [(name: String, value: String)]
        package let body: [UInt8]

        package func header(_ name: String) -> String? {
            headers.first { $0.name.lowercased() == name.lowercased() }?.value
        }
    }

    /// How far a stream came.
    package struct Passage: Sendable, Equatable {
        package var chunks = 0
        package var isWhole = false
        /// The connection was closed before the end.
        package var isBroken = false
    }

    struct State {
        var pause: Duration?
        var passages: [Passage] = []
        var meter = Meter()
        var metered: [Meter] = []
        var bills: [String: Meter] = [:]
        var script: [Fault] = []
        var faults: [String: Fault] = [:]
        var arrivals: [Arrival] = []
    }

    package let vendor: any FakeVendor
    /// The key it takes; any when nil.
    package let apiKey: String?
    let state = Mutex(State())
    private let running = Mutex<(port: Int, task: Task<Void, any Error>)?>(nil)

    private init(_ vendor: any FakeVendor, apiKey: String?) {
        self.vendor = vendor
        self.apiKey = apiKey
    }

    /// Starts a server on a free port of the loopback interface, or on `port`.
    package static func start(
        _ vendor: any FakeVendor = FakeOpenAI(), apiKey: String? = "sk-fake-0000", port: Int = 0
    ) async throws -> FakeProvider {
        let provider = FakeProvider(vendor, apiKey: apiKey)
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
    package var baseURL: String { "http://127.0.0.1:\(port)\(vendor.basePath)" }

    package var meter: Meter { state.withLock { $0.meter } }

    /// The same for each call, in the order in which they were billed; the last 1,000.
    package var metered: [Meter] { state.withLock { $0.metered } }

    /// What each call was billed, by the name that the caller gave it in `X-Client-Request-Id`.
    package var bills: [String: Meter] { state.withLock { $0.bills } }

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

    /// Waits so long before each chunk of a stream.
    package func pause(beforeChunks duration: Duration?) {
        state.withLock { $0.pause = duration }
    }

    /// The streams without faults, in the order in which they began.
    package var passages: [Passage] { state.withLock { $0.passages } }

    package func stop() async {
        let task = running.withLock { running in
            defer { running = nil }
            return running?.task
        }
        task?.cancel()
        _ = await task?.result
    }

    // MARK: Answers

    private func router() -> Router<FakeProviderContext> {
        let router = Router(context: FakeProviderContext.self)
        for method in [HTTPRequest.Method.get, .post] {
            router.on("**", method: method) { request, context in try await self.answer(request, context) }
        }
        return router
    }

    private func answer(_ request: Request, _ context: FakeProviderContext) async throws -> Response {
        let buffer = try await request.body.collect(upTo: 64 << 20)
        let arrival = record(request, Array(buffer.readableBytesView))
        do {
            if let apiKey, !vendor.accepts(arrival, key: apiKey) { throw FakeRefusal.unauthorized }
            switch try vendor.demand(arrival) {
            case .models: return FakeProviderAnswer.json(.ok, vendor.models)
            case .chat(let question): return try await chat(question, arrival, context)
            case .embeddings(let batch): return try await embeddings(batch, arrival, context)
            }
        } catch let refusal as FakeRefusal {
            return FakeProviderAnswer.error(refusal, of: vendor)
        }
    }

    private func chat(
        _ question: FakeQuestion, _ arrival: Arrival, _ context: FakeProviderContext
    ) async throws -> Response {
        guard !question.model.hasPrefix("missing") else { throw FakeRefusal.missingModel(question.model) }
        let fault = takeFault(for: question.model)
        if let response = try await fault?.response(before: context, of: vendor) { return response }
        var reply = FakeReply(question)
        reply.hidesUsage = fault == .withoutUsage
        if fault == nil { bill(reply, arrival) }
        if question.streams, fault == nil { return FakeDelivery.stream(vendor.stream(reply), of: self) }
        if question.streams { return FakeDelivery.stream(vendor.stream(reply), of: vendor, fault: fault) }
        return FakeDelivery.whole(FakeProviderAnswer.encode(vendor.answer(reply)), fault: fault)
    }

    private func embeddings(
        _ batch: FakeEmbeddings, _ arrival: Arrival, _ context: FakeProviderContext
    ) async throws -> Response {
        guard !batch.model.hasPrefix("missing") else { throw FakeRefusal.missingModel(batch.model) }
        let fault = takeFault(for: batch.model)
        if let response = try await fault?.response(before: context, of: vendor) { return response }
        var meter = Meter()
        meter.requests = 1
        meter.promptTokens = batch.promptTokens
        bill(meter, arrival)
        return FakeDelivery.whole(FakeProviderAnswer.encode(vendor.embeddings(batch)), fault: fault)
    }

    private func bill(_ reply: FakeReply, _ arrival: Arrival) {
        var meter = Meter()
        meter.requests = 1
        meter.promptTokens = reply.promptTokens
        meter.completionTokens = reply.completionTokens
        meter.cachedTokens = reply.cachedTokens
        meter.reasoningTokens = reply.reasoningTokens
        bill(meter, arrival)
    }

    private func bill(_ meter: Meter, _ arrival: Arrival) {
        state.withLock { state in
            if let name = arrival.header("x-client-request-id") {
                state.bills[name] = (state.bills[name] ?? Meter()) + meter
            }
            state.meter = state.meter + meter
            if state.metered.count >= 1_000 { state.metered.removeFirst() }
            state.metered.append(meter)
        }
    }

    private func record(_ request: Request, _ body: [UInt8]) -> Arrival {
        let headers = request.headers.map { (name: $0.name.rawName, value: $0.value) }
        // Hummingbird keeps the host apart, as HTTP/2 does.
        let authority = request.head.authority.map { [(name: "Host", value: $0)] } ?? []
        let arrival = Arrival(
            method: request.method.rawValue, path: request.uri.path, query: request.uri.query,
            headers: headers + authority, body: body)
        state.withLock { state in
            if state.arrivals.count >= 1_000 { state.arrivals.removeFirst() }
            state.arrivals.append(arrival)
        }
        return arrival
    }

    private func takeFault(for model: String) -> Fault? {
        state.withLock { state in
            state.script.isEmpty ? state.faults[model] : state.script.removeFirst()
        }
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
