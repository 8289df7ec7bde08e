/// A run that was asked for and is not stored yet.
struct NewRun: Sendable {
    let workflow: String
    let version: Int
    /// JSON.
    let input: [UInt8]
    let actor: String
    let requestID: String
}
