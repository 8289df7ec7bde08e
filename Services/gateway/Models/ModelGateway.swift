import Contracts
import CurlClient
import Foundation
import Hummingbird
import Logging
import ServiceKit

/// Carries calls to models: find who can answer, hold the money, send, read what was used, keep the record, answer.
struct ModelGateway: Sendable {
    let tenants: TenantDirectory
    let budgets: BudgetAuthority
    let prices: PriceTableCache
    let router: ModelRouter
    let recorder: CallRecorder
    let register: CallRegister
    let client: CurlClient
    let timeouts: ModelTimeouts

    /// More than any answer, and small enough that a hostile provider cannot exhaust the memory.
    static let maximumAnswerBytes = 32 << 20

    func answer(_ dialect: ModelDialect, body: [UInt8], context: CallerContext) async throws -> Response {
        let identity = CallIdentity(call: context.operationID)
        let request: ModelRequest
        do {
            request = try ModelRequest(dialect, body: body)
        } catch {
            throw OpenAIError(error)
        }
        let call = ModelCall(
            identity: identity, caller: context.caller, request: request, startedAt: Date(),
            deadline: .now.advanced(by: timeouts.total))
        do {
            let targets = try await targets(of: call, context)
            return try await CallDelivery(call: call, gateway: self, logger: context.logger).run(targets)
        } catch let refusal as Refusal {
            await recorder.recordRefusal(of: call, reason: Self.reason(of: refusal.error))
            throw refusal.error
        }
    }

    /// The call was turned away before a provider was asked.
    struct Refusal: Error {
        let error: any Error
    }

    private func targets(of call: ModelCall, _ context: CallerContext) async throws(Refusal) -> [ModelTarget] {
        do {
            try PermissionTable.require(.modelsUse, of: context.caller)
            guard let profile = try await tenants.profile(in: context.scope) else { throw APIError.notFound("tenant") }
            let question = RouteQuestion(
                model: call.request.model, promptTokens: call.budget.promptTokens,
                answerTokens: call.budget.completionTokens)
            return try router.plan(question, for: profile, prices: await prices.current()).targets
        } catch {
            throw Refusal(error: error)
        }
    }

    private static func reason(of error: any Error) -> String {
        (error as? APIError)?.code.rawValue ?? (error as? OpenAIError)?.code ?? "internal_error"
    }
}
