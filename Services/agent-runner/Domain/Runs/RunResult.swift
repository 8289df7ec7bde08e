import Contracts

/// How an attempt at a run ended, for whoever waits for it.
enum RunResult: Sendable {
    /// JSON.
    case succeeded([UInt8])
    case failed(reason: String)
    /// Not finished here: it goes on later or elsewhere, or was cancelled.
    case notFinished
}
