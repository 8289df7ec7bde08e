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
        var logger = logger
        logger[metadataKey: "request_id"] = .string(caller.requestID)
        logger[metadataKey: "tenant"] = .string(caller.tenant.description)
        let origin = CallOrigin(caller: caller, operationID: identity.call, logger: CallLog(logger))
        do {
            let response = try await gateway.answer(
                endpoint.dialect, body: body, headers: HTTPFields(), origin: origin)
            let collector = BodyCollector()
            try await response.body.write(collector)
            return (response.status.code, collector.bytes)
        } catch let error as OpenAIError {
            return Self.answer(error, endpoint, caller)
        } catch {
            return Self.answer(OpenAIError(APIError.from(error, method: "POST", allowed: [])), endpoint, caller)
        }
    }

    /// The error as the endpoint's own clients expect it.
    private static func answer(
        _ error: OpenAIError, _ endpoint: BatchEndpoint, _ caller: Caller
    ) -> (status: Int, body: [UInt8]) {
        var error = error
        error.requestID = caller.requestID
        let dialect: any ClientDialect.Type = endpoint.dialect.implementation ?? OpenAIChatDialect.self
        return (dialect.status(of: error), dialect.body(of: error))
    }
}

extension BatchEndpoint {
    fileprivate var dialect: ModelDialect {
        switch self {
        case .chatCompletions: .openAIChat
        case .embeddings: .openAIEmbeddings
        case .responses: .openAIResponses
        case .messages: .anthropicMessages
        }
    }
}
