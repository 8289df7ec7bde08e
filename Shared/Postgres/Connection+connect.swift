import Reactor

extension Connection {
    /// Begins to connect; the owner is told how it ends. Nothing here waits for a name server or a socket.
    func open() {
        busySinceNanoseconds = Reactor.monotonicNanoseconds()
        let parameters = startupParameters()
        guard HostResolver.isNeeded(parameters) else { return connect(parameters) }
        let myself = LoopBound(onLoop: self, reactor: reactor)
        BlockingCalls.run { [reactor] in
            let outcome = Result { () throws(PostgresError) in try HostResolver.resolve(parameters) }
            // Only a stopped reactor or a full mailbox refuses; the connect timeout ends this one then.
            try? reactor.submit { myself.value.didResolve(outcome) }
        }
    }

    private func didResolve(_ outcome: Result<[String: String], PostgresError>) {
        guard phase == .resolving else { return }
        switch outcome {
        case .success(let parameters): connect(parameters)
        case .failure(let error): close(error)
        }
    }

    private func connect(_ parameters: [String: String]) {
        do {
            let session = try LibpqSession(parameters: parameters)
            self.session = session
            guard !session.hasFailed else { return close(PostgresError(.connectionFailed, session.errorMessage)) }
            phase = .connecting
            // As if `PQconnectPoll` had said so: that is how the manual begins the loop.
            watch(for: .writable)
        } catch {
            close(error)
        }
    }

    func continueConnecting() {
        guard let session else { return }
        unwatch()
        switch session.continueConnecting() {
        case .waitToRead: watch(for: .readable)
        case .waitToWrite: watch(for: .writable)
        case .failed: close(PostgresError(.connectionFailed, session.errorMessage))
        case .connected: didConnect(session)
        }
    }

    private func didConnect(_ session: LibpqSession) {
        guard session.prepareForUse() else { return close(PostgresError(.connectionFailed, session.errorMessage)) }
        phase = .idle
        busySinceNanoseconds = nil
        watch(for: .readable)
        owner?.connectionDidOpen(self)
    }

    private func startupParameters() -> [String: String] {
        var parameters = configuration.connection
        parameters["client_encoding"] = "UTF8"
        let defaults = [
            "application_name": "asterism",
            // Kerberos encryption is tried first otherwise, which reads files and asks for tickets.
            "gssencmode": "disable",
            // A peer that vanished is noticed after about a minute, also by a listener that never sends.
            "keepalives_idle": "30", "keepalives_interval": "10", "keepalives_count": "3",
        ]
        parameters.merge(defaults) { given, _ in given }
        let settings = [
            ("statement_timeout", configuration.statementTimeout),
            ("idle_in_transaction_session_timeout", configuration.idleTransactionTimeout),
        ].map { "-c \($0)=\($1.wholeMilliseconds)" }
        parameters["options"] = (settings + [parameters["options"]].compactMap(\.self)).joined(separator: " ")
        return parameters
    }
}

extension Duration {
    /// Rounded up, so that a short time does not become zero, which the server takes for none.
    var wholeMilliseconds: Int64 {
        let (seconds, attoseconds) = components
        return seconds * 1000 + (attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000
    }

    var nanoseconds: UInt64 {
        let (seconds, attoseconds) = components
        return UInt64(max(0, seconds)) * 1_000_000_000 + UInt64(max(0, attoseconds / 1_000_000_000))
    }
}
