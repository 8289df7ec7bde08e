import Contracts
import CurlClient
import Foundation
import HTTPTypes
import Hummingbird
import Logging
import ServiceKit

/// Carries calls to models: let in, find who can answer, hold the money, send, read what was used, keep the record,
/// answer.
final class ModelGateway: Sendable {
    let tenants: TenantDirectory
    let admission: ModelAdmission
    let router: ModelRouter
    let caches: ModelCaches
    let budgets: BudgetAuthority
    let prices: PriceTableCache
    let recorder: CallRecorder
    let register: CallRegister
    let client: CurlClient
    let timeouts: ModelTimeouts

    init(
        tenants: TenantDirectory, admission: ModelAdmission, router: ModelRouter, caches: ModelCaches,
        budgets: BudgetAuthority, prices: PriceTableCache, recorder: CallRecorder, register: CallRegister,
        client: CurlClient, timeouts: ModelTimeouts
    ) {
        self.tenants = tenants
        self.admission = admission
        self.router = router
        self.caches = caches
        self.budgets = budgets
        self.prices = prices
        self.recorder = recorder
        self.register = register
        self.client = client
        self.timeouts = timeouts
    }

    /// More than any answer, and small enough that a hostile provider cannot exhaust the memory.
    static let maximumAnswerBytes = 32 << 20

    /// - Parameter headers: Of the client's request: its labels, and what it asks of the cache.
    nonisolated(nonsending) func answer(
        _ dialect: ModelDialect, body: [UInt8], headers: HTTPFields, origin: CallOrigin
    ) async throws -> Response {
        let call = try await call(dialect, body, headers, origin)
        let admitted: AdmittedCall
        do {
            admitted = try await admit(call)
        } catch {
            await recorder.recordRefusal(of: call, reason: Self.reason(of: error))
            throw error
        }
        do {
            return try await CachedDelivery(admitted, gateway: self, logger: origin.logger).run()
        } catch {
            admitted.ticket.finish(usedTokens: 0)
            guard let refusal = error as? Refusal else { throw error }
            await recorder.recordRefusal(of: call, reason: Self.reason(of: refusal.error))
            throw refusal.error
        }
    }

    /// No provider was asked, and there is no record yet.
    struct Refusal: Error {
        let error: any Error
    }

    // MARK: Before a provider is asked

    private nonisolated(nonsending) func call(
        _ dialect: ModelDialect, _ body: [UInt8], _ headers: HTTPFields, _ origin: CallOrigin
    ) async throws -> ModelCall {
        let request: ModelRequest
        do {
            request = try ModelRequest(dialect, body: body)
        } catch {
            throw OpenAIError(error)
        }
        guard let profile = try await tenants.profile(in: origin.caller.scope) else {
            throw APIError.notFound("tenant")
        }
        return ModelCall(
            identity: CallIdentity(call: origin.operationID), caller: origin.caller,
            profile: profile, request: request, labels: try CallLabels(headers), directive: CacheDirective(headers),
            interface: try InterfaceChoice.of(headers, in: dialect), startedAt: Date(),
            deadline: .now.advanced(by: timeouts.total))
    }

    private nonisolated(nonsending) func admit(_ call: ModelCall) async throws -> AdmittedCall {
        try PermissionTable.require(.modelsUse, of: call.caller)
        let budget = call.budget
        let demand = AdmissionDemand(
            tenant: call.caller.tenant, key: call.caller.apiKey, user: call.user,
            tokens: budget.promptTokens + budget.completionTokens, isPriority: call.labels.isPriority1)
        let ticket = try admission.admit(demand, under: call.profile.admission, at: .now)
        do {
            let question = RouteQuestion(
                model: call.request.model, needs: call.request.needs, promptTokens: budget.promptTokens,
                answerTokens: budget.completionTokens, conversation: call.labels.conversation,
                isNearBudget: isNearBudget(call))
            let plan = try router.plan(question, for: call.profile, prices: await prices.current())
            return AdmittedCall(call: call, plan: plan, ticket: ticket)
        } catch {
            ticket.finish(usedTokens: 0)
            throw error
        }
    }

    private func isNearBudget(_ call: ModelCall) -> Bool {
        guard let near = call.profile.settings.models.nearBudget else { return false }
        return (budgets.share(spentOf: call.caller.tenant) ?? 0) >= near.share
    }

    static func reason(of error: any Error) -> String {
        (error as? APIError)?.code.rawValue ?? (error as? OpenAIError)?.code ?? "internal_error"
    }
}

/// A call that was let in, with where it may go.
struct AdmittedCall: Sendable {
    let call: ModelCall
    let plan: RoutePlan
    /// Finished by whoever ends the call.
    let ticket: AdmissionTicket
}
