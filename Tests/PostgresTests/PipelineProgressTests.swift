import Testing

@testable import Postgres

@Suite("Following the answers to a pipeline")
struct PipelineProgressTests {
    private typealias Progress = PipelineProgress<Int>
    private let failure = PostgresError(.server, "no", sqlState: "23505")

    private func follow(_ steps: [Progress.Step], _ events: [Progress.Event]) -> (Progress, isSound: Bool) {
        var progress = Progress(steps: steps)
        for event in events where !progress.receive(event) { return (progress, false) }
        return (progress, true)
    }

    @Test("results of the caller's statements are kept, ours are not")
    func results() {
        let (progress, isSound) = follow(
            [.prelude, .prepare(text: "a"), .statement, .statement],
            [
                .result(1), .endOfCommand, .result(2), .endOfCommand, .result(3), .endOfCommand, .result(4),
                .endOfCommand, .sync,
            ])
        #expect(isSound && progress.isFinished)
        #expect(progress.results == [3, 4])
        #expect(progress.failure == nil)
    }

    @Test("after a failure the rest is skipped, and what was not prepared is known")
    func failureInTheMiddle() {
        let (progress, isSound) = follow(
            [.statement, .statement, .prepare(text: "c"), .statement, .deallocate(name: "s9")],
            [
                .result(1), .endOfCommand, .failed(failure), .endOfCommand, .aborted, .endOfCommand, .aborted,
                .endOfCommand, .aborted, .endOfCommand, .sync,
            ])
        #expect(isSound && progress.isFinished)
        #expect(progress.failure?.statementIndex == 1)
        #expect(progress.failure?.isUniqueViolation == true)
        #expect(progress.unprepared == ["c"])
        #expect(progress.notDeallocated == ["s9"])
    }

    @Test("a failure while committing, after the last statement, is a failure")
    func failureAtCommit() {
        let (progress, isSound) = follow(
            [.statement], [.result(1), .endOfCommand, .failed(failure), .endOfCommand, .sync])
        #expect(isSound && progress.isFinished)
        #expect(progress.failure?.sqlState == "23505")
    }

    @Test("an empty pipeline is over with its sync")
    func empty() {
        let (progress, isSound) = follow([], [.sync])
        #expect(isSound && progress.isFinished)
    }

    @Test("answers that make no sense are noticed")
    func nonsense() {
        #expect(!follow([.statement], [.sync]).isSound)
        #expect(!follow([], [.result(1)]).isSound)
        #expect(!follow([], [.aborted]).isSound)
        #expect(!follow([], [.sync, .sync]).isSound)
        #expect(
            !follow([.statement], [.result(1), .endOfCommand, .endOfCommand, .endOfCommand, .endOfCommand]).isSound)
    }
}
