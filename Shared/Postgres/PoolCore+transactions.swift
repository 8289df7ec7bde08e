extension PoolCore {
    /// How a transaction ends.
    enum Ending {
        case commit
        case rollback
    }

    /// Runs work of a transaction. BEGIN and the settings travel with the first.
    func run(_ work: Work, opening: [SQL], for request: Request, lease id: UInt64, ticket: RequestTicket) {
        guard !ticket.isCancelled else { return request.fail(Self.cancelledError) }
        guard let lease = leases[id] else {
            return request.fail(PostgresError(.closed, "the transaction is over"))
        }
        guard let connection = lease.connection else {
            return request.fail(PostgresError(.connectionLost, "the transaction's connection broke"))
        }
        guard connection.queue.count < Self.maximumQueuedStatements else {
            return request.fail(PostgresError(.poolExhausted, "too many statements wait in this transaction"))
        }
        run(begin(work, opening, id, connection), for: request, on: connection) {}
    }

    /// A transaction that runs more statements than this at once is not waiting for any of them.
    private static let maximumQueuedStatements = 256

    private func begin(_ work: Work, _ opening: [SQL], _ id: UInt64, _ connection: Connection) -> Work {
        guard leases[id]?.hasBegun == false else { return work }
        leases[id]?.hasBegun = true
        if case .pipeline(let prelude, let statements) = work {
            return .pipeline(prelude: opening + prelude, statements: statements)
        }
        // COPY cannot travel in a pipeline; if BEGIN fails, so does the COPY, for the transaction is aborted or the
        // connection gone.
        connection.perform(Job(id: 0, work: .pipeline(prelude: opening, statements: [])) { _ in })
        return work
    }

    /// Ends the transaction and takes the connection back. `request` is answered when the server has confirmed.
    func end(_ ending: Ending, lease id: UInt64, request: Request) {
        guard let lease = leases[id] else { return request.fail(PostgresError(.closed, "the transaction is over")) }
        guard let connection = lease.connection else {
            leases[id] = nil
            return request.fail(PostgresError(.connectionLost, "the transaction's connection broke"))
        }
        guard lease.hasBegun else {
            leases[id] = nil
            request.finish(.success(Reply.Output()))
            return release(connection)
        }
        breakOffCopy(connection)
        let statement: SQL = ending == .commit ? "COMMIT" : "ROLLBACK"
        run(.pipeline(prelude: [], statements: [statement]), for: request, on: connection) { [self] in
            leases[id] = nil
            release(connection)
        }
    }

    private func breakOffCopy(_ connection: Connection) {
        guard connection.isCopying else { return }
        connection.perform(Job(id: 0, work: .copyEnd(failure: "broken off")) { _ in })
    }
}
