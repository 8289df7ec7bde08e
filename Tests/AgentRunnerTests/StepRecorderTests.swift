import Synchronization
import Testing

@testable import AgentRunner

@Suite("Steps of a run")
struct StepRecorderTests {
    @Test("a recorded step is not run again; its output comes back")
    func replay() async throws {
        let recorder = StepRecorder(recorded: ["one": Array("[1,2]".utf8)]) { _, _ in
            Issue.record("a recorded step was recorded again")
        }
        let output: [Int] = try await recorder.step("one") {
            Issue.record("a recorded step ran again")
            return []
        }
        #expect(output == [1, 2])
    }

    @Test("a new step is recorded before its output is used")
    func record() async throws {
        let recorded = Mutex<[String: [UInt8]]>([:])
        let recorder = StepRecorder(recorded: [:]) { path, output in recorded.withLock { $0[path] = output } }
        let output = try await recorder.step("two") { ["a": 7] }
        #expect(output == ["a": 7])
        #expect(recorded.withLock { $0["two"] } == Array(#"{"a":7}"#.utf8))
    }

    @Test("a step that cannot be recorded does not count as done")
    func lost() async {
        let recorder = StepRecorder(recorded: [:]) { _, _ in throw RunFailure.leaseLost }
        await #expect(throws: RunFailure.leaseLost) { try await recorder.step("three") { 1 } }
    }
}
