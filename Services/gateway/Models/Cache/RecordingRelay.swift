import Synchronization

/// What a streamed answer sent to its client, gathered to be kept.
final class StreamRecording: Sendable {
    /// Longer answers are not kept.
    static let maximumBytes = 1 << 20

    private let bytes = Mutex<[UInt8]?>([])

    /// All that was sent; nil when it became too long.
    var sent: [UInt8]? { bytes.withLock { $0 } }

    fileprivate func append(_ more: [UInt8]) {
        bytes.withLock { bytes in
            guard let count = bytes?.count else { return }
            if count + more.count > Self.maximumBytes { bytes = nil } else { bytes? += more }
        }
    }
}

/// A relay whose output is recorded on its way.
struct RecordingRelay: AnswerRelay {
    private var relay: any AnswerRelay
    private let recording: StreamRecording

    init(_ relay: any AnswerRelay, into recording: StreamRecording) {
        self.relay = relay
        self.recording = recording
    }

    mutating func feed(_ bytes: [UInt8]) throws(RelayFailure) -> [UInt8] {
        let output = try relay.feed(bytes)
        recording.append(output)
        return output
    }

    mutating func finish() throws(RelayFailure) -> [UInt8] {
        let output = try relay.finish()
        recording.append(output)
        return output
    }

    var usage: TokenUsage? { relay.usage }
    var contentPieces: Int64 { relay.contentPieces }
    var hasContent: Bool { relay.hasContent }
    var isComplete: Bool { relay.isComplete }
    var failure: ProviderFailure? { relay.failure }
    var ending: [UInt8] { relay.ending }
}
