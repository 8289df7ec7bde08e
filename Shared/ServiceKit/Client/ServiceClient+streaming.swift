package import Contracts
package import CurlClient
import Resilience

extension ServiceClient {
    /// A call whose answer is read piece by piece, such as server-sent events. It is sent once: a stream that broke
    /// cannot be continued, and what it cost has been paid.
    ///
    /// - Parameters:
    ///   - deadline: For everything, the last byte included.
    ///   - maximumErrorBytes: How much of an answer that is no success is read to say what went wrong.
    /// - Throws: `APIError` for an answer that is no success. What breaks later is thrown by the body.
    package func stream(
        _ service: ServiceName, _ method: String, _ path: String, json: [UInt8], as identity: Identity,
        idleTimeout: Duration = .seconds(60), deadline: Duration, maximumErrorBytes: Int = 64 * 1024
    ) async throws -> StreamingResponse {
        guard let url = urls[service] else {
            throw APIError(.internalError, internalReason: "no URL is known for \(service.rawValue)")
        }
        let call = ServiceCall(
            service: service, method: method, path: path, json: json, identity: identity, isIdempotent: false,
            headers: [], deadline: Deadline(in: deadline))
        let permit = try breakers.admit(service)
        do {
            var request = try call.request(baseURL: url, signer: signer, remaining: deadline)
            request.idleTimeout = idleTimeout
            let answer = try await http.stream(request)
            guard !(200..<300).contains(answer.status) else {
                breakers.record(service, permit, succeeded: true)
                return answer
            }
            var body: [UInt8] = []
            for try await bytes in answer.body where body.count < maximumErrorBytes { body += bytes }
            let whole = OutgoingResponse(status: answer.status, headers: answer.headers, body: body)
            let failure = ServiceCallFailure(whole, from: service)
            breakers.record(service, permit, succeeded: failure.map { !$0.isOutage } ?? true)
            throw failure?.error ?? APIError(.upstreamFailed)
        } catch let error as CurlError {
            guard error.code != .cancelled else {
                breakers.abandon(service, permit)
                throw CancellationError()
            }
            let failure = ServiceCallFailure(error, from: service)
            breakers.record(service, permit, succeeded: !failure.isOutage)
            throw failure.error
        }
    }
}
