import Reactor

extension Connection {
    // MARK: Sending

    func send(_ work: Work) {
        switch work {
        case .pipeline(let prelude, let statements): sendPipeline(prelude, statements)
        case .script(let text), .copyBegin(let text): sendScript(text)
        case .copyRows(let bytes): sendRows(bytes)
        case .copyEnd(let failure): endRows(failure)
        }
    }

    private func sendPipeline(_ prelude: [SQL], _ statements: [SQL]) {
        guard phase == .idle, let session else { return refuse("a COPY is under way") }
        var steps: [PipelineProgress<PostgresResult>.Step] = []
        var isSent = true
        for name in self.statements.takeAbandoned() {
            steps.append(.deallocate(name: name))
            isSent = isSent && session.sendOnce("DEALLOCATE \(name)")
        }
        for sql in prelude { isSent = isSent && send(sql, as: .prelude, session, &steps) }
        for sql in statements { isSent = isSent && send(sql, as: .statement, session, &steps) }
        phase = .pipeline
        progress = PipelineProgress(steps: steps)
        guard isSent, session.sendSync() else { return breakDown() }
        flush()
    }

    private func send(
        _ sql: SQL, as step: PipelineProgress<PostgresResult>.Step, _ session: LibpqSession,
        _ steps: inout [PipelineProgress<PostgresResult>.Step]
    ) -> Bool {
        switch statements.lookup(sql) {
        case .prepared(let name):
            steps.append(step)
            return session.sendExecute(name: name, parameters: sql.parameters)
        case .missing(let name):
            counters.preparations += 1
            steps.append(.prepare(text: sql.text))
            steps.append(step)
            return session.sendPrepare(name: name, sql: sql)
                && session.sendExecute(name: name, parameters: sql.parameters)
        }
    }

    private func sendScript(_ text: String) {
        guard phase == .idle, let session else { return refuse("a COPY is under way") }
        phase = .simple
        simpleOutcome = .success([])
        guard session.exitPipelineMode(), session.sendScript(text) else { return breakDown() }
        flush()
    }

    private func sendRows(_ bytes: [UInt8]) {
        guard phase == .copying, let session else { return refuse("no COPY is under way") }
        guard session.putCopyData(bytes) else { return breakDown() }
        flush()
    }

    private func endRows(_ failure: String?) {
        guard phase == .copying, let session else { return refuse("no COPY is under way") }
        phase = .simple
        simpleOutcome = .success([])
        guard session.putCopyEnd(failure: failure) else { return breakDown() }
        flush()
        // A server that refused the rows said so while they were still coming: its whole answer may have been
        // received already, and then no readiness will announce it.
        if let session = self.session { readEvents(session) }
    }

    private func refuse(_ reason: String) {
        finishCurrent(.failure(PostgresError(.server, reason)))
    }

    func didFlush() {
        guard phase == .copying, case .copyRows? = current?.work else { return }
        finishCurrent(.success([]))
    }

    // MARK: Receiving

    func receive() {
        guard let session else { return }
        // What came before the connection broke is still to be read: it may say why.
        let isOpen = session.consumeInput()
        readEvents(session)
        guard phase != .closed else { return }
        if let owner {
            while let (channel, payload) = session.nextNotification() {
                owner.connection(self, didReceive: channel, payload: payload)
            }
        }
        guard isOpen, !session.hasFailed else { return breakDown() }
        // Answers may have made room for what could not be written.
        if phase != .idle { flush() }
    }

    private func readEvents(_ session: LibpqSession) {
        while phase == .pipeline || phase == .simple, !session.isBusy {
            let event = session.nextEvent()
            let isSound = phase == .pipeline ? readPipeline(event) : readSimple(event)
            guard isSound else {
                return close(PostgresError(.connectionLost, "the server's answers are out of order"))
            }
        }
    }

    private func readPipeline(_ event: LibpqSession.Event) -> Bool {
        let isSound =
            switch event {
            case .rows(let storage): progress.receive(.result(PostgresResult(storage: storage)))
            case .failed(let error): error.code == .connectionLost ? fail(error) : progress.receive(.failed(error))
            case .aborted: progress.receive(.aborted)
            case .endOfCommand: progress.receive(.endOfCommand)
            case .sync: progress.receive(.sync)
            case .copyIn: false
            }
        if isSound, phase == .pipeline, progress.isFinished { finishPipeline() }
        return isSound
    }

    /// The server said goodbye.
    private func fail(_ error: PostgresError) -> Bool {
        close(error)
        return true
    }

    private func finishPipeline() {
        phase = .idle
        for text in progress.unprepared { statements.forget(text) }
        statements.returnAbandoned(progress.notDeallocated)
        guard let error = progress.failure else { return finishCurrent(.success(progress.results)) }
        if forgetStalePlans(error), !hasRetried, let job = current, session?.isOutsideTransaction == true {
            hasRetried = true
            counters.repreparations += 1
            return send(job.work)
        }
        finishCurrent(.failure(error))
    }

    /// True when the statement failed only because of how it had been prepared. The server has rolled back.
    private func forgetStalePlans(_ error: PostgresError) -> Bool {
        guard error.isStalePlan else { return false }
        guard error.sqlState == "0A000", case .pipeline(let prelude, let stale)? = current?.work else {
            // Someone ran DISCARD or DEALLOCATE, or a proxy changed the server under us: nothing of it is left.
            statements.forgetAll()
            return true
        }
        for sql in prelude + stale { statements.abandon(sql.text) }
        return true
    }

    private func readSimple(_ event: LibpqSession.Event) -> Bool {
        switch event {
        case .rows(let storage):
            // Of a script only the last result is kept.
            if case .success = simpleOutcome { simpleOutcome = .success([PostgresResult(storage: storage)]) }
        case .failed(let error) where error.code == .connectionLost: return fail(error)
        case .failed(let error): if case .success = simpleOutcome { simpleOutcome = .failure(error) }
        case .copyIn: beginRows()
        case .endOfCommand: finishSimple()
        case .aborted, .sync: return false
        }
        return true
    }

    private func beginRows() {
        phase = .copying
        if case .copyBegin? = current?.work { return finishCurrent(.success([])) }
        // COPY inside of a script: there are no rows to give.
        _ = session?.putCopyEnd(failure: "COPY FROM STDIN has to be started by copy(into:)")
        phase = .simple
        flush()
    }

    private func finishSimple() {
        guard session?.enterPipelineMode() == true else { return breakDown() }
        phase = .idle
        finishCurrent(simpleOutcome)
    }
}
