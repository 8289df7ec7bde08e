/// The bounds of files and batches, each with its reason. All but the first two are OpenAI's own.
struct BatchLimits: Sendable {
    /// What one tenant may keep in files; results of batches count, but are never refused.
    var tenantBytes: Int64 = 5 << 30
    /// How long a file is kept. OpenAI: 30 days for the files of batches.
    var retentionSeconds: Int64 = 30 * 86_400
    var fileBytes: Int64 = 100 << 20

    static let lines = 50_000
    /// A request with a few images; a line is held in memory while it runs.
    static let lineBytes = 8 << 20
    static let customIDBytes = 512
    /// Enough to mend a file by; a file of nonsense would else make as many errors as it has lines.
    static let reportedProblems = 100
    /// Files of one tenant, so that lists and sums stay quick.
    static let files = 10_000
    /// Batches of one tenant that are not at their end.
    static let liveBatches = 100
    /// The piece in which contents are stored and read.
    static let chunkBytes = 128 << 10
    static let windowSeconds: Int64 = 86_400
}
