import Contracts
import Foundation

/// Runs the steps of one run, each once.
///
/// A step that was recorded in an earlier attempt is not run again: its output is read back. A new one is recorded
/// before the next begins, under the lease's epoch, so a worker that lost the run cannot add to it.
struct StepRecorder: Sendable {
    typealias Record = @Sendable (_ path: String, _ output: [UInt8]) async throws -> Void

    private let recorded: [String: [UInt8]]
    private let record: Record

    /// - Parameters:
    ///   - recorded: What earlier attempts left, as JSON by path.
    ///   - record: Stores an output for good; throws `RunFailure.leaseLost` when the run is no longer ours.
    init(recorded: [String: [UInt8]], record: @escaping Record) {
        self.recorded = recorded
        self.record = record
    }

    /// - Parameter path: Names the step within its run and never changes for the life of a workflow's version.
    func step<Output: Codable & Sendable>(
        _ path: String, _ body: () async throws -> Output
    ) async throws -> Output {
        if let earlier = recorded[path] {
            return try WireFormat.decoder().decode(Output.self, from: Data(earlier))
        }
        let output = try await body()
        try await record(path, [UInt8](WireFormat.encoder().encode(output)))
        return output
    }
}
