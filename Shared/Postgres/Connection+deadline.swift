extension Connection {
    /// Gives the connection up when what is under way is overdue: the server is gone without a word, or so slow that
    /// the caller has long given up.
    func checkDeadline(nowNanoseconds now: UInt64) {
        guard let since = busySinceNanoseconds else { return }
        let taken = now &- since
        switch phase {
        case .resolving, .connecting:
            guard taken >= configuration.connectTimeout.nanoseconds else { return }
            close(PostgresError(.connectionFailed, "no connection within \(configuration.connectTimeout)"))
        case .pipeline, .simple, .copying:
            guard let limit = answerLimitNanoseconds, taken >= limit else { return }
            counters.answerTimeouts += 1
            close(PostgresError(.timeout, "the server did not answer in time"))
        case .idle, .closed: break
        }
    }

    /// Nil when statements may take for ever. A sign of life has only the grace.
    private var answerLimitNanoseconds: UInt64? {
        if case .pipeline(let prelude, let statements)? = current?.work, prelude.isEmpty, statements.isEmpty {
            return configuration.answerGrace.nanoseconds
        }
        guard configuration.statementTimeout > .zero else { return nil }
        return (configuration.statementTimeout + configuration.answerGrace).nanoseconds
    }
}
