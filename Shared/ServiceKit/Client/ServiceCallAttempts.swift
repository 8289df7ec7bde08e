import Contracts
import CurlClient
import Foundation
import Observability
import Resilience

/// Makes the attempts of a call, one after the other.
struct ServiceCallAttempts: Sendable {
    let client: ServiceClient
    let call: ServiceCall

    func run() async throws -> OutgoingResponse {
        var generator = SystemRandomNumberGenerator()
        var attempt = 1
        while true {
            let failure: ServiceCallFailure
            do {
                return try await once()
            } catch let error as ServiceCallFailure {
                failure = error
            }
            let decision = client.retries.decide(
                after: failure.kind, attempt: attempt, isIdempotent: call.isIdempotent,
                retryAfter: failure.retryAfter, remaining: call.deadline.remaining(), using: &generator)
            guard case .retry(let wait) = decision else { throw failure.error }
            try await Task.sleep(for: wait)
            attempt += 1
        }
    }

    private func once() async throws -> OutgoingResponse {
        guard let url = client.urls[call.service] else {
            throw APIError(.internalError, internalReason: "no URL is known for \(call.service.rawValue)")
        }
        let permit = try client.breakers.admit(call.service)
        let started = ContinuousClock.now
        do {
            let request = try call.request(
                baseURL: url, signer: client.signer, remaining: call.deadline.remaining())
            let answer = try await client.http.execute(request)
            let failure = ServiceCallFailure(answer, from: call.service)
            client.breakers.record(call.service, permit, succeeded: failure.map { !$0.isOutage } ?? true)
            observe(started, outcome: "\(answer.status)")
            if let failure { throw failure }
            return answer
        } catch let error as CurlError {
            observe(started, outcome: "\(error.code)")
            let failure = ServiceCallFailure(error, from: call.service)
            if error.code == .cancelled {
                client.breakers.abandon(call.service, permit)
                throw CancellationError()
            }
            client.breakers.record(call.service, permit, succeeded: !failure.isOutage)
            throw failure
        }
    }

    private func observe(_ started: ContinuousClock.Instant, outcome: String) {
        let elapsed = Double((ContinuousClock.now - started) / .nanoseconds(1)) / 1_000_000_000
        client.metrics.histogram(
            "service_client_request_duration_seconds", help: "Calls to other services, each attempt by itself.",
            labels: ["target": call.service.rawValue, "outcome": outcome]
        ).observe(elapsed)
    }
}
