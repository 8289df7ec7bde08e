/// Carries a streamed answer from a provider to a client, in the client's words, and reads what the gateway has to know.
///
/// A pure state machine: bytes of the provider in, bytes for the client out, whole events only. The event by which a
/// client knows that the answer is complete is held back in `ending`, so that the call can be journaled before the
/// client sees its end, and so that a stream that breaks never ends as if it were complete.
protocol AnswerRelay: Sendable {
    /// - Returns: What to send to the client now, possibly nothing.
    mutating func feed(_ bytes: [UInt8]) throws(RelayFailure) -> [UInt8]

    /// The provider closed the stream.
    ///
    /// - Returns: What to send to the client now, possibly nothing.
    mutating func finish() throws(RelayFailure) -> [UInt8]

    /// What the provider said was used, so far.
    var usage: TokenUsage? { get }
    /// Pieces of content, about one token each; the estimate when the provider never says.
    var contentPieces: Int64 { get }
    /// A piece of the answer has been passed on: from here on another provider cannot take over unseen.
    var hasContent: Bool { get }
    /// The provider said that the answer is complete.
    var isComplete: Bool { get }
    /// The provider reported a failure inside of the stream; it has not been passed on.
    var failure: ProviderFailure? { get }
    /// What ends the stream for the client, when the answer is complete and its record is kept.
    var ending: [UInt8] { get }
    /// What writes in the client's words, standing after all that was passed on; nil where bytes are passed on as they
    /// came.
    var encoderSoFar: (any AnswerStreamEncoder)? { get }
}

extension AnswerRelay {
    var encoderSoFar: (any AnswerStreamEncoder)? { nil }
}

/// Why a stream cannot be carried on.
enum RelayFailure: Error, Equatable {
    case eventTooLarge
    case malformed(String)
    case continuedAfterEnd
}
