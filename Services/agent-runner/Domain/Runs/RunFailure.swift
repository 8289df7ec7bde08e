/// How a run that cannot go on ends.
enum RunFailure: Error, Equatable {
    /// Another worker has taken the run over, or it was cancelled: whatever this one does must have no effect.
    case leaseLost
    /// The run can never succeed; the reason is shown to the tenant.
    case permanent(String)
}
