/// Follows the answers to one pipeline, from its first command to its sync. Pure: results and errors are values.
///
/// The server answers each command in turn; after a failure it skips the rest. libpq says so as result, end, result,
/// end, …, sync (libpq, "Pipeline Mode"). A failure while committing comes after the last command.
struct PipelineProgress<Value> {
    enum Step: Equatable {
        /// Prepares the statement with this text.
        case prepare(text: String)
        /// Frees a prepared statement of this name.
        case deallocate(name: String)
        /// Ours, such as BEGIN or a setting; its result is of no interest.
        case prelude
        /// The caller's.
        case statement
    }

    enum Event {
        case result(Value)
        case failed(PostgresError)
        case aborted
        case endOfCommand
        case sync
    }

    private let steps: [Step]
    private var position = 0
    private var stepHasFailed = false
    private var emptyEnds = 0
    private var statementIndex = 0

    private(set) var results: [Value] = []
    private(set) var failure: PostgresError?
    /// Texts that the server did not prepare, and names that it did not free.
    private(set) var unprepared: [String] = []
    private(set) var notDeallocated: [String] = []
    private(set) var isFinished = false

    init(steps: [Step]) {
        self.steps = steps
    }

    /// Takes the next answer. False when it makes no sense here and the connection cannot be trusted any more.
    mutating func receive(_ event: Event) -> Bool {
        guard !isFinished else { return false }
        switch event {
        case .result(let value):
            guard position < steps.count else { return false }
            emptyEnds = 0
            if steps[position] == .statement { results.append(value) }
        case .failed(let error):
            emptyEnds = 0
            stepHasFailed = true
            if failure == nil { failure = error.ofStatement(statementIndex) }
        case .aborted:
            guard position < steps.count else { return false }
            emptyEnds = 0
            stepHasFailed = true
        case .endOfCommand:
            return endCommand()
        case .sync:
            guard position == steps.count else { return false }
            isFinished = true
        }
        return true
    }

    private mutating func endCommand() -> Bool {
        // Some versions of libpq say twice that there is no more; thrice without anything between is a muddle.
        emptyEnds += 1
        guard position < steps.count, emptyEnds == 1 else { return emptyEnds < 3 }
        switch steps[position] {
        case .prepare(let text): if stepHasFailed { unprepared.append(text) }
        case .deallocate(let name): if stepHasFailed { notDeallocated.append(name) }
        case .statement: statementIndex += 1
        case .prelude: break
        }
        position += 1
        stepHasFailed = false
        return true
    }
}
