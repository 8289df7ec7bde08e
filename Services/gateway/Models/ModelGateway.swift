import Contracts
import CurlClient
import Foundation
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import ServiceKit

/// Carries calls to models: find the provider, hold the money, send, read what was used, keep the record, answer.
struct ModelGateway: Sendable {
    let tenants: TenantDirectory
    let budgets: BudgetAuthority
    let prices: PriceTableCache
    let recorder: CallRecorder
    let client: CurlClient
    let timeouts: ModelTimeouts

    /// More than any answer, and small enough that a hostile provider cannot exhaust the memory.
    static let maximumAnswerBytes = 32 << 20

    func answer(_ kind: ModelCall.Kind, body: [UInt8], context: CallerContext) async throws -> Response {
        let identity = CallIdentity(call: UUID(uuidString: context.operationID) ?? UUID())
        let request: ModelRequest
        do {
            request = try ModelRequest(kind == .chat ? .openAIChat : .openAIEmbeddings, body: body)
        } catch {
            throw OpenAIError(error)
        }
        let open: OpenCall
        do {
            open = try await admit(kind, request, identity, context)
        } catch {
            let reason = (error as? APIError)?.code.rawValue ?? (error as? OpenAIError)?.code ?? "internal_error"
            await recorder.recordRefusal(
                kind, by: context.caller, identity: identity, model: request.model, reason: reason)
            throw error
        }
        do {
            return try await open.call.streams ? stream(open) : whole(open)
        } catch let failure as ProviderFailure {
            context.logger.warning(
                "provider failed",
                metadata: ["provider": .string(open.call.provider.name), "reason": .string(failure.reason)])
            try await open.finish(.failure(failure))
            throw failure.error
        }
    }

    // MARK: Before the call

    private func admit(
        _ kind: ModelCall.Kind, _ request: ModelRequest, _ identity: CallIdentity, _ context: CallerContext
    ) async throws -> OpenCall {
        try PermissionTable.require(.modelsUse, of: context.caller)
        guard let profile = try await tenants.profile(in: context.scope) else { throw APIError.notFound("tenant") }
        guard let provider = profile.models.provider(of: request.model) else {
            throw OpenAIError.modelNotFound(request.model)
        }
        let call = ModelCall(
            kind: kind, identity: identity, caller: context.caller, request: request, provider: provider,
            startedAt: Date())
        let price = await prices.current()?.price(for: request.model)
        // Without a price nothing can be held: only a tenant known to have no budget gets through.
        let hold = try await budgets.hold(price.map(call.budget.cost) ?? .max, as: context.caller)
        return OpenCall(
            call, hold: hold, price: price, budgets: budgets, recorder: recorder, logger: context.logger)
    }

    // MARK: The call

    private func whole(_ open: OpenCall) async throws -> Response {
        let answer: OutgoingResponse
        do {
            answer = try await client.execute(request(open))
        } catch let error as CurlError {
            throw ProviderFailure(error)
        }
        guard (200..<300).contains(answer.status) else {
            throw ProviderFailure(status: answer.status, headers: answer.headers, body: answer.body)
        }
        try await open.finish(try outcome(of: answer.body, for: open.call))
        let buffer = ByteBuffer(bytes: answer.body)
        return Response(
            status: .ok,
            headers: [.contentType: "application/json", .contentLength: String(buffer.readableBytes)],
            body: ResponseBody(byteBuffer: buffer))
    }

    private func stream(_ open: OpenCall) async throws -> Response {
        let answer: StreamingResponse
        do {
            answer = try await client.stream(request(open))
        } catch let error as CurlError {
            throw ProviderFailure(error)
        }
        guard (200..<300).contains(answer.status) else {
            let body = await Self.beginning(of: answer.body)
            throw ProviderFailure(status: answer.status, headers: answer.headers, body: body)
        }
        guard answer.headers["content-type"]?.lowercased().hasPrefix("text/event-stream") ?? false else {
            throw ProviderFailure.unusable("not an event stream")
        }
        let session = ChatStream(open: open, body: answer.body)
        return Response(
            status: .ok,
            // Proxies in between must not gather the events.
            headers: [.contentType: "text/event-stream; charset=utf-8", .cacheControl: "no-cache, no-transform"],
            body: ResponseBody { writer in try await session.run(&writer) })
    }

    private func request(_ open: OpenCall) -> OutgoingRequest {
        var headers = [("Content-Type", "application/json")]
        if let authorization = open.call.provider.authorization { headers.append(("Authorization", authorization)) }
        return OutgoingRequest(
            method: "POST", url: open.call.url, headers: headers,
            body: open.call.body(isBudgeted: open.hold.lease != nil), deadline: timeouts.total,
            connectTimeout: timeouts.connect, firstByteTimeout: timeouts.firstByte, idleTimeout: timeouts.idle,
            maximumResponseBytes: Self.maximumAnswerBytes)
    }

    private func outcome(of body: [UInt8], for call: ModelCall) throws(ProviderFailure) -> CallOutcome {
        let answer: ModelAnswer
        do {
            answer = try ModelAnswer(body)
        } catch {
            throw .unusable("not JSON: \(error.reason.rawValue)")
        }
        guard !answer.isError else { throw .unusable("an error with status 200") }
        if let usage = answer.usage { return .success(usage) }
        let tokens = call.kind == .chat ? UsageEstimate.tokens(body.count) : 0
        return .estimate(
            UsageEstimate.usage(requestBytes: call.request.body.count, answerTokens: tokens), result: .success,
            reason: nil)
    }

    /// Enough of an error's body to pass it on.
    private static func beginning(of body: ResponseBodyStream) async -> [UInt8] {
        var bytes: [UInt8] = []
        do {
            for try await piece in body {
                bytes += piece
                if bytes.count > 65_536 { break }
            }
        } catch {
            // The status says enough; a body that breaks off is not passed on.
            return []
        }
        return bytes
    }
}
