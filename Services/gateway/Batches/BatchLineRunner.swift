import Contracts
import ServiceKit

/// Calls the gateway's own endpoint for one line of a batch, as if its tenant had.
protocol BatchLineRunner: Sendable {
    /// - Returns: The endpoint's answer, errors too, as OpenAI's interface has them: a status and a JSON object.
    func run(_ endpoint: BatchEndpoint, body: [UInt8], identity: CallIdentity, as caller: Caller) async
        -> (status: Int, body: [UInt8])
}

extension Caller {
    static let batchActorPrefix = "batch:"

    /// The caller is a batch, of which this call is a line. Only the gateway makes actors, so nobody can claim it.
    var isBatch: Bool { Self.isBatch(actor: actor) }

    static func isBatch(actor: String) -> Bool { actor.hasPrefix(batchActorPrefix) }
}
