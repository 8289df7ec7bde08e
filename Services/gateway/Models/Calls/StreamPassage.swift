import Hummingbird
import NIOCore

/// Both sides of a stream as it goes by: what the provider sends, what the client is sent, and what is known of it.
struct StreamPassage: Sendable {
    /// Most answers end within it; past it the provider's generation is cut off by closing the connection.
    private static let drainTime = Duration.seconds(30)
    private static let drainBytes = 4 << 20
    /// Of a stream that is paid for as it comes so much is passed on at once when the money nears its end. It holds no
    /// more tokens than `StreamAllowance.margin`, unless it ends an event that is larger by itself.
    private static let portionBytes = 4 * Int(StreamAllowance.margin)

    private(set) var relay: any AnswerRelay
    private(set) var collector: AnswerCollector?
    /// For a hold that grows, or an answer that may be carried on elsewhere.
    private(set) var transcript: StreamTranscript?
    /// For the latter, when bytes are passed on as they came.
    private var trail: (any NativeTrail)?
    /// For a hold that grows.
    private var payment: StreamPayment?
    private(set) var clientError: (any Error)?
    private var goneAt: ContinuousClock.Instant?
    private var drained = 0

    /// - Parameters:
    ///   - isKept: The answer may be given again, so it is put together.
    ///   - mayContinue: Another attempt may carry it on, so it is written down.
    init(_ open: OpenAttempt, _ relay: any AnswerRelay, isKept: Bool, mayContinue: Bool) {
        self.relay = relay
        if isKept { collector = AnswerCollector(open.attempt.provider.adapter.makeStreamDecoder()) }
        if case .growing(let hold) = open.money { payment = StreamPayment(hold) }
        guard payment != nil || mayContinue else { return }
        transcript = StreamTranscript(of: open.attempt, keepsText: mayContinue)
        if mayContinue, open.attempt.isNative { trail = open.call.request.dialect.implementation?.makeTrail() }
    }

    /// Whether the stream is paid for while it comes.
    var isPaidByStep: Bool { payment != nil }

    /// Tokens of the answer that have come, as well as it can be said before the provider says it.
    var tokens: Int64 { max(relay.contentPieces, transcript?.tokens ?? 0) }

    /// Neither the end nor a failure has come.
    var goesOn: Bool { !relay.isComplete && relay.failure == nil }

    /// What writes on for the client after all that it has; nil when that cannot be said.
    func encoder(_ context: AnswerContext) -> (any AnswerStreamEncoder)? {
        relay.encoderSoFar ?? trail?.encoder(context)
    }

    // MARK: From the provider

    /// - Returns: What to send to the client.
    mutating func feed(_ bytes: [UInt8]) throws(RelayFailure) -> [UInt8] {
        collector?.feed(bytes)
        let output = try relay.feed(bytes)
        transcript?.feed(bytes)
        trail?.follow(output)
        return output
    }

    /// The provider closed the stream.
    mutating func finish() throws(RelayFailure) -> [UInt8] {
        collector?.finish()
        return try relay.finish()
    }

    // MARK: The money

    /// Whether what has come is paid for, so that more may be read.
    mutating func isPaid() async -> Bool {
        let count = tokens
        return await payment?.covers(count) ?? true
    }

    /// The first of `bytes`: all of them, unless the stream is paid for by step and they might be worth more than is
    /// held.
    func portion(of bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        guard let payment, !payment.hasRoom(for: Int64(bytes.count)) else { return bytes }
        return bytes.prefix(Self.portionBytes)
    }

    // MARK: To the client

    mutating func send(_ output: [UInt8], _ writer: inout any ResponseBodyWriter) async {
        guard clientError == nil, !output.isEmpty else { return }
        do {
            try await writer.write(ByteBuffer(bytes: output))
        } catch {
            clientError = error
            goneAt = .now
        }
    }

    /// Whether the client has gone and enough of the rest has been read.
    mutating func isDrained(_ count: Int) -> Bool {
        guard let goneAt else { return false }
        drained += count
        return drained > Self.drainBytes || goneAt.duration(to: .now) > Self.drainTime
    }
}
