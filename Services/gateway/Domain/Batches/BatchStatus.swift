/// Where a batch stands. The raw values are OpenAI's.
///
/// `validating` → `in_progress` → `finalizing` → `completed`, or `failed` when the file is not what a batch needs, or
/// `expired` when the window ends first; `cancelling` → `cancelled` from either of the first two.
enum BatchStatus: String, Sendable, CaseIterable {
    case validating, finalizing, completed, failed, expired, cancelling, cancelled
    case inProgress = "in_progress"

    /// A worker still has something to do.
    var isLive: Bool {
        switch self {
        case .validating, .inProgress, .finalizing, .cancelling: true
        case .completed, .failed, .expired, .cancelled: false
        }
    }

    var mayBeCancelled: Bool { self == .validating || self == .inProgress }
}
