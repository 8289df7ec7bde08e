/// Runs tasks on the thread of a loop that is not a `Reactor`, such as an event loop of the HTTP server.
///
/// For `withTaskExecutorPreference`: the task then stays on that thread from one suspension to the next, and being
/// resumed by the thread itself costs no wake of another. What blocks the thread stalls all else that lives on it.
package final class LoopExecutor: TaskExecutor {
    private let submit: @Sendable (@escaping @Sendable () -> Void) -> Void

    /// - Parameter submit: Hands a closure to the loop, which must run every one of them, in order, on its thread.
    package init(submit: @escaping @Sendable (@escaping @Sendable () -> Void) -> Void) {
        self.submit = submit
    }

    package func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        submit { unsafe job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }
}
