/// Lets everybody pass, or makes them wait until it opens again.
///
/// Who closes it waits first for nobody: it only holds back those that come later. It is closed for the time of one
/// call with a deadline, and who waits is bounded by the requests under way.
actor AsyncGate {
    private var isClosed = false
    private var waiting: [CheckedContinuation<Void, Never>] = []

    func pass() async {
        guard isClosed else { return }
        await withCheckedContinuation { waiting.append($0) }
    }

    func close() {
        isClosed = true
    }

    func open() {
        isClosed = false
        for continuation in waiting { continuation.resume() }
        waiting = []
    }
}
