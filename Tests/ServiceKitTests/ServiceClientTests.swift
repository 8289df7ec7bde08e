import Contracts
import CurlClient
import Foundation
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import Observability
import Resilience
import ServiceLifecycle
import Support
import Synchronization
import Testing

@testable import ServiceKit

@Suite("Service client")
struct ServiceClientTests {
    private struct Greeting: Codable, Sendable, Equatable {
        var text: String
    }

    /// What the peer saw of one request.
    private struct Seen: Sendable {
        var headers: HTTPFields
        var method: String
    }

    private final class Record: Sendable {
        let requests = Mutex<[Seen]>([])

        var count: Int { requests.withLock { $0.count } }
    }

    /// A peer on a port of its own that answers the `n`-th request (from 1) as told.
    private func withPeer<Value: Sendable>(
        _ answer: @escaping @Sendable (Int) async throws -> Response,
        _ body: @escaping @Sendable (ServiceClient, Record) async throws -> Value
    ) async throws -> Value {
        let record = Record()
        let router = Router(context: BasicRequestContext.self)
        for method in [HTTPRequest.Method.get, .post] {
            router.on("**", method: method) { request, _ in
                let number = record.requests.withLock {
                    $0.append(Seen(headers: request.headers, method: request.method.rawValue))
                    return $0.count
                }
                return try await answer(number)
            }
        }
        let (ports, port) = AsyncStream.makeStream(of: Int.self)
        let application = Application(
            router: router, configuration: .init(address: .hostname("127.0.0.1", port: 0)),
            onServerRunning: { port.yield($0.localAddress?.port ?? 0) },
            logger: Logger(label: "peer") { _ in SwiftLogNoOpLogHandler() })
        return try await withThrowingTaskGroup(of: Void.self) { group in
            let services = ServiceGroup(services: [application], logger: application.logger)
            group.addTask { try await services.run() }
            var iterator = ports.makeAsyncIterator()
            let port = try #require(await iterator.next())
            let value = try await body(try client("http://127.0.0.1:\(port)"), record)
            await services.triggerGracefulShutdown()
            return value
        }
    }

    private func client(_ url: String) throws -> ServiceClient {
        let http = CurlClient(
            configuration: CurlConfiguration(egress: .unrestricted), reactor: try SharedReactor.get(), logger: .quiet)
        return ServiceClient(
            signer: try TestTrust.signer(.gateway), urls: [.ragService: url], http: http, metrics: MetricsRegistry(),
            retries: RetryPolicy(maximumAttempts: 3, backoff: .init(base: .milliseconds(1))))
    }

    private func failure(_ body: () async throws -> Void) async -> APIError? {
        do {
            try await body()
            return nil
        } catch let error as APIError {
            return error
        } catch {
            Issue.record("\(error)")
            return nil
        }
    }

    private let caller = TestTrust.caller(TenantID(), requestID: "r-17")

    @Test("a call carries a token for its audience, the request's id and the trace")
    func credentials() async throws {
        let caller = caller
        try await withPeer({ _ in try .json(Greeting(text: "hello")) }) { client, record in
            let trace = TraceContext.root()
            let greeting: Greeting = try await CurrentRequest.bind(id: "r-17", trace: trace) {
                try await client.call(.ragService, "GET", "/v1/x", as: caller)
            }
            #expect(greeting == Greeting(text: "hello"))
            let headers = try #require(record.requests.withLock { $0.first?.headers })
            let id: String? = headers[.requestID]
            let traceparent: String? = HTTPField.Name("traceparent").flatMap { headers[$0] }
            let token = try #require(headers[.asterismContext])
            #expect(try TestTrust.verifier(at: .ragService).verify(token).caller == caller)
            #expect(id == "r-17")
            #expect(traceparent == trace.traceparent)
        }
    }

    @Test("a peer that is briefly unavailable is asked again, also by POST")
    func unavailable() async throws {
        let caller = caller
        try await withPeer({ number in
            number < 3 ? APIError(.unavailable).response(requestID: nil) : try .json(Greeting(text: "3"))
        }) { client, record in
            let greeting: Greeting = try await client.call(
                .ragService, "POST", "/v1/x", body: Greeting(text: "?"), as: caller)
            #expect(greeting.text == "3" && record.count == 3)
        }
    }

    @Test("a failure that may have acted is repeated only where that is harmless")
    func ambiguous() async throws {
        let caller = caller
        try await withPeer({ _ in Response(status: .internalServerError) }) { client, record in
            let post = await failure {
                let _: Greeting = try await client.call(
                    .ragService, "POST", "/v1/x", body: Greeting(text: "?"), as: caller)
            }
            #expect(post?.code == .upstreamFailed && record.count == 1)
            let get = await failure { let _: Greeting = try await client.call(.ragService, "GET", "/v1/x", as: caller) }
            #expect(get?.code == .upstreamFailed && record.count == 4)
        }
    }

    @Test("the peer's problem keeps its code, text and fields; its refusal of our token is our defect")
    func problems() async throws {
        let caller = caller
        try await withPeer({ number in
            (number == 1 ? APIError.invalid("title", "is required") : APIError(.unauthenticated)).response(
                requestID: nil)
        }) { client, _ in
            let invalid = await failure {
                try await client.send(.ragService, "GET", "/v1/x", json: nil, as: .caller(caller))
            }
            #expect(invalid?.code == .invalidRequest && invalid?.errors.map(\.field) == ["title"])
            let refused = await failure {
                try await client.send(.ragService, "GET", "/v1/x", json: nil, as: .caller(caller))
            }
            #expect(refused?.code == .internalError)
        }
    }

    @Test("a peer that does not answer is a timeout within the deadline")
    func timeout() async throws {
        let caller = caller
        try await withPeer({ _ in
            try await Task.sleep(for: .seconds(3))
            return Response(status: .ok)
        }) { client, _ in
            let error = await failure {
                try await client.send(
                    .ragService, "POST", "/v1/x", json: nil, as: .caller(caller), deadline: .milliseconds(200))
            }
            #expect(error?.code == .upstreamTimeout)
        }
    }

    @Test("a peer that is down is 503 with Retry-After, and soon not even asked")
    func down() async throws {
        let client = try client("http://127.0.0.1:1")
        for _ in 0..<12 {
            let error = await failure { try await client.send(.ragService, "GET", "/", json: nil, as: .caller(caller)) }
            #expect(error?.code == .unavailable && error?.headers[.retryAfter] != nil)
        }
        #expect(client.metrics.text().contains(#"circuit_breaker_state{target="rag-service"} 2"#))
        let refused = await failure { try await client.send(.ragService, "GET", "/", json: nil, as: .caller(caller)) }
        #expect(refused?.internalReason?.contains("circuit") == true)
    }
}
