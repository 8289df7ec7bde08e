import Contracts
import Foundation
import HTTPTypes
import Hummingbird
import Logging
import ServiceKit

/// Calls the gateway in its own process: the same admission, prices, records and errors as for any caller.
struct GatewayLineRunner: BatchLineRunner {
    let gateway: ModelGateway
    let logger: Logger

    func run(
        _ endpoint: BatchEndpoint, body: [UInt8], identity: CallIdentity, as caller: Caller
    ) async -> (status: Int, body: [UInt8]) {
        let context = CallerContext(workingFor: caller, operationID: identity.call.uuidString, logger: logger)
        do {
            let response = try await gateway.answer(endpoint.kind, body: body, context: context)
            let collector = BodyCollector()
            try await response.body.write(collector)
            return (response.status.code, collector.bytes)
        } catch let error as OpenAIError {
            return (error.status, error.body)
        } catch {
            let answer = OpenAIError(APIError.from(error, method: "POST", allowed: []))
            return (answer.status, answer.body)
        }
    }
}

extension BatchEndpoint {
    fileprivate var kind: ModelCall.Kind {
        switch self {
        case .chatCompletions: .chat
        case .embeddings: .embedding
        }
    }
}
