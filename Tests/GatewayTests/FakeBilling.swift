import Contracts
import Foundation
import Hummingbird
import NIOCore
import Synchronization

/// usage-billing as the gateway sees it: prices, leases out of budgets that tests set, and the end of the journal, that
/// of audit-service included. It checks no tokens.
final class FakeBilling: Sendable {
    struct State {
        var budgets: [TenantID: Int64] = [:]
        var granted: [LeaseID: (tenant: TenantID, amount: Int64)] = [:]
        var closings: [LeaseID: Int64] = [:]
        var reconciliations: [LeaseReconciliation] = []
        var leaseRequests = 0
        /// What journals have shipped, by id, and how often something came again.
        var events: [UsageRecordID: UsageEvent] = [:]
        var records: [AuditEventID: AuditRecord] = [:]
        var duplicates = 0
        /// Leases are at most this large, so that several are needed.
        var chunk: Int64 = .max
        var isDown = false
        /// So many requests for leases fail before one is heard again.
        var outage = 0
    }

    static let price = ModelPrice(
        model: "fake-chat", promptPicoUSD: 1_000_000, completionPicoUSD: 2_000_000, cachedPicoUSD: 500_000)
    /// Costs half in a batch.
    static let batchPrice = ModelPrice(
        model: "batch-chat", promptPicoUSD: 1_000_000, completionPicoUSD: 2_000_000, cachedPicoUSD: 500_000,
        batchPercent: 50)

    let state = Mutex(State())
    private let running = Mutex<(port: Int, task: Task<Void, any Error>)?>(nil)

    static func start() async throws -> FakeBilling {
        let billing = FakeBilling()
        let (ports, ready) = AsyncStream.makeStream(of: Int.self)
        let application = Application(
            router: billing.router(), configuration: .init(address: .hostname("127.0.0.1", port: 0)),
            onServerRunning: { channel in
                ready.yield(channel.localAddress?.port ?? 0)
                ready.finish()
            })
        let task = Task { try await application.runService(gracefulShutdownSignals: []) }
        for await port in ports { billing.running.withLock { $0 = (port, task) } }
        return billing
    }

    var url: String { "http://127.0.0.1:\(running.withLock { $0?.port ?? 0 })" }

    func stop() {
        running.withLock { $0?.task.cancel() }
    }

    private func router() -> Router<BasicRequestContext> {
        let router = Router()
        router.get("/internal/v1/prices") { _, _ in
            try self.answer(
                PriceBook(
                    version: 1, prices: [Self.price, Self.batchPrice],
                    fallback: ModelPrice(
                        model: "*", promptPicoUSD: 10_000_000, completionPicoUSD: 30_000_000, cachedPicoUSD: 0)))
        }
        router.post("/internal/v1/leases") { request, _ in try await self.lease(request) }
        router.post("/internal/v1/leases/reconcile") { request, _ in
            let body: LeaseReconciliation = try await Self.decode(request)
            self.state.withLock { $0.reconciliations.append(body) }
            return try self.answer(LeaseReconciliationReceipt(released: 0))
        }
        router.post("/internal/v1/leases/:id/close") { request, context in
            let body: LeaseClosing = try await Self.decode(request)
            guard let id = context.parameters.get("id").flatMap({ LeaseID($0) }) else { throw HTTPError(.notFound) }
            self.close(id, spent: body.spentPicoUSD)
            return Response(status: .noContent)
        }
        router.post("/internal/v1/usage/events") { request, _ in
            let batch: Batch<UsageEvent> = try await Self.decode(request)
            let new = self.state.withLock { state in
                batch.items.count { state.events.updateValue($0, forKey: $0.id) == nil }
            }
            return try self.receipt(new: new, of: batch.items.count)
        }
        router.post("/internal/v1/audit/records") { request, _ in
            let batch: Batch<AuditRecord> = try await Self.decode(request)
            let new = self.state.withLock { state in
                batch.items.count { state.records.updateValue($0, forKey: $0.id) == nil }
            }
            return try self.receipt(new: new, of: batch.items.count)
        }
        return router
    }

    private func receipt(new: Int, of count: Int) throws -> Response {
        state.withLock { $0.duplicates += count - new }
        return try answer(BatchReceipt(accepted: new, duplicates: count - new))
    }

    private func lease(_ request: Request) async throws -> Response {
        let body: LeaseRequest = try await Self.decode(request)
        let outcome: (LeaseGrant?, Bool) = state.withLock { state in
            if state.outage > 0 {
                state.outage -= 1
                return (nil, true)
            }
            guard !state.isDown else { return (nil, true) }
            state.leaseRequests += 1
            let expiry = Date().addingTimeInterval(10)
            guard let budget = state.budgets[body.tenant] else {
                return (LeaseGrant(lease: nil, grantedPicoUSD: nil, expiresAt: expiry), false)
            }
            let id = body.lease ?? LeaseID()
            let reserved = state.granted.filter { $0.value.tenant == body.tenant }
                .reduce(Int64(0)) { $0 + (state.closings[$1.key] ?? $1.value.amount) }
            let free = budget - reserved
            guard free >= body.needPicoUSD else { return (nil, false) }
            let amount = min(free, max(state.chunk, body.needPicoUSD))
            state.granted[id] = (body.tenant, amount)
            return (LeaseGrant(lease: id, grantedPicoUSD: amount, expiresAt: expiry), false)
        }
        if outcome.1 { throw HTTPError(.serviceUnavailable) }
        guard let grant = outcome.0 else {
            return try answer(Problem(code: .budgetExhausted, detail: "nothing left"), status: .init(code: 402))
        }
        return try answer(grant)
    }

    private func close(_ id: LeaseID, spent: Int64) {
        state.withLock { $0.closings[id] = spent }
    }

    private func answer(_ value: some Encodable, status: HTTPResponse.Status = .ok) throws -> Response {
        let data = try WireFormat.encoder().encode(value)
        return Response(
            status: status, headers: [.contentType: "application/json"],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: Array(data))))
    }

    private static func decode<Value: Decodable>(_ request: Request) async throws -> Value {
        let body = try await request.body.collect(upTo: 64 << 20)
        return try WireFormat.decoder().decode(Value.self, from: Data(Array(body.readableBytesView)))
    }
}
