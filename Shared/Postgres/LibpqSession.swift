internal import CPostgres
import Glibc

/// One `PGconn`, in Swift's words. On the loop's thread only; nothing here waits.
///
/// Closes the connection when it goes.
@safe final class LibpqSession {
    enum ConnectStep {
        case waitToRead
        case waitToWrite
        case connected
        case failed
    }

    /// What libpq reports next for the command under way (libpq, "Pipeline Mode").
    enum Event {
        case rows(ResultStorage)
        case failed(PostgresError)
        /// Skipped because an earlier command of the same pipeline failed.
        case aborted
        case copyIn
        case endOfCommand
        case sync
    }

    private let connection: OpaquePointer

    /// Begins to connect. `hostaddr` has to be among the parameters unless the host is a socket or an address.
    init(parameters: [String: String]) throws(PostgresError) {
        let keywords = parameters.keys.sorted()
        let values = keywords.map { parameters[$0] ?? "" }
        let started: OpaquePointer? = unsafe withCStrings(keywords) { keywords in
            unsafe withCStrings(values) { unsafe PQconnectStartParams(keywords, $0, 0) }
        }
        guard let started = unsafe started else { throw PostgresError(.connectionFailed, "out of memory") }
        unsafe connection = started
        // The default prints to standard error. Errors come as results; notices tell an application nothing.
        unsafe PQsetNoticeReceiver(connection, { _, _ in }, nil)
    }

    deinit {
        unsafe PQfinish(connection)
    }

    // MARK: Connecting

    var hasFailed: Bool { unsafe PQstatus(connection) == CONNECTION_BAD }

    /// Changes while connecting, when the next address or TLS is tried.
    var socket: Int32 { unsafe PQsocket(connection) }

    func continueConnecting() -> ConnectStep {
        switch unsafe PQconnectPoll(connection) {
        case PGRES_POLLING_READING: .waitToRead
        case PGRES_POLLING_WRITING: .waitToWrite
        case PGRES_POLLING_OK: .connected
        default: .failed
        }
    }

    /// Makes sends queue instead of block, and joins statements into one message up to each sync.
    func prepareForUse() -> Bool {
        unsafe PQsetnonblocking(connection, 1) == 0 && enterPipelineMode()
    }

    var isEncrypted: Bool { unsafe PQsslInUse(connection) != 0 }

    // MARK: Sending

    func enterPipelineMode() -> Bool { unsafe PQenterPipelineMode(connection) == 1 }

    func exitPipelineMode() -> Bool { unsafe PQexitPipelineMode(connection) == 1 }

    func sendPrepare(name: String, sql: SQL) -> Bool {
        let types = sql.parameters.entries.map(\.type.rawValue)
        return unsafe PQsendPrepare(connection, name, sql.text, Int32(types.count), types) == 1
    }

    /// Sends a statement without parameters that is not worth preparing.
    func sendOnce(_ text: String) -> Bool {
        unsafe PQsendQueryParams(connection, text, 0, nil, nil, nil, nil, 1) == 1
    }

    /// Sends a prepared statement's parameters; values and rows travel in binary form.
    func sendExecute(name: String, parameters: ParameterList) -> Bool {
        let count = parameters.count
        return unsafe withUnsafeTemporaryAllocation(of: UnsafePointer<CChar>?.self, capacity: count) { values in
            unsafe withUnsafeTemporaryAllocation(of: Int32.self, capacity: count * 2) { numbers in
                unsafe parameters.bytes.withUnsafeBytes { bytes in
                    for (index, entry) in parameters.entries.enumerated() {
                        unsafe values.initializeElement(at: index, to: Self.pointer(to: entry, in: bytes))
                        unsafe numbers.initializeElement(at: index, to: Int32(entry.length ?? 0))
                        unsafe numbers.initializeElement(at: count + index, to: 1)
                    }
                    let lengths = numbers.baseAddress
                    let formats = unsafe lengths.map { unsafe $0 + count }
                    return unsafe PQsendQueryPrepared(
                        connection, name, Int32(count), values.baseAddress, lengths, formats, 1) == 1
                }
            }
        }
    }

    /// Ends the pipeline and, as the server sees it, the implicit transaction.
    func sendSync() -> Bool { unsafe PQpipelineSync(connection) == 1 }

    /// Sends text that may hold several statements, by the simple protocol. Not in pipeline mode.
    func sendScript(_ text: String) -> Bool { unsafe PQsendQuery(connection, text) == 1 }

    func putCopyData(_ bytes: [UInt8]) -> Bool {
        unsafe bytes.withUnsafeBytes { buffer in
            let start = unsafe buffer.baseAddress?.assumingMemoryBound(to: CChar.self)
            return unsafe PQputCopyData(connection, start, Int32(buffer.count)) == 1
        }
    }

    /// Ends the rows; with a reason the server throws them away and fails the COPY.
    func putCopyEnd(failure: String?) -> Bool { unsafe PQputCopyEnd(connection, failure) == 1 }

    /// Writes what is queued. True when something is left for when the socket is writable; nil when it broke.
    func flush() -> Bool? {
        switch unsafe PQflush(connection) {
        case 0: false
        case 1: true
        default: nil
        }
    }

    // MARK: Receiving

    /// Takes what the socket has. False when the connection broke.
    func consumeInput() -> Bool {
        guard unsafe PQconsumeInput(connection) == 1 else { return false }
        return isEncrypted ? consumeDecrypted() : true
    }

    /// OpenSSL takes whole records, of up to 16 KiB, from the socket; of those libpq takes at least 8 KiB a call. What
    /// it leaves makes no socket readable, so it is taken here: while the kernel has bytes, and twice after.
    private func consumeDecrypted() -> Bool {
        // Past the bound the kernel still has bytes, which the next turn of the loop reports.
        for _ in 0..<64 where hasKernelBytes {
            guard unsafe PQconsumeInput(connection) == 1 else { return false }
        }
        return unsafe PQconsumeInput(connection) == 1 && PQconsumeInput(connection) == 1
    }

    private var hasKernelBytes: Bool {
        var byte: UInt8 = 0
        return unsafe recv(socket, &byte, 1, Int32(MSG_PEEK) | Int32(MSG_DONTWAIT)) > 0
    }

    /// True when `nextEvent` would have to wait.
    var isBusy: Bool { unsafe PQisBusy(connection) == 1 }

    func nextEvent() -> Event {
        guard let result = unsafe PQgetResult(connection) else { return .endOfCommand }
        switch unsafe PQresultStatus(result) {
        case PGRES_TUPLES_OK, PGRES_COMMAND_OK, PGRES_EMPTY_QUERY, PGRES_SINGLE_TUPLE:
            return unsafe .rows(ResultStorage(result))
        case PGRES_PIPELINE_SYNC:
            unsafe PQclear(result)
            return .sync
        case PGRES_PIPELINE_ABORTED:
            unsafe PQclear(result)
            return .aborted
        case PGRES_COPY_IN:
            unsafe PQclear(result)
            return .copyIn
        case PGRES_COPY_OUT, PGRES_COPY_BOTH:
            unsafe PQclear(result)
            return .failed(PostgresError(.server, "COPY … TO is not supported"))
        default:
            defer { unsafe PQclear(result) }
            return unsafe .failed(PostgresError(result: result))
        }
    }

    func nextNotification() -> (channel: String, payload: String)? {
        guard let notification = unsafe PQnotifies(connection) else { return nil }
        defer { unsafe PQfreemem(notification) }
        return unsafe (
            String(cString: notification.pointee.relname), String(cString: notification.pointee.extra)
        )
    }

    // MARK: State

    /// True when no transaction is open and nothing is under way.
    var isOutsideTransaction: Bool { unsafe PQtransactionStatus(connection) == PQTRANS_IDLE }

    var errorMessage: String {
        guard let message = unsafe PQerrorMessage(connection) else { return "" }
        return unsafe String(cString: message).trimmingSuffix(while: \.isWhitespace)
    }

    /// What another thread needs to cancel the statement under way. Nil when the connection is gone.
    func makeCancellation() -> StatementCancellation? {
        unsafe PQgetCancel(connection).map { unsafe StatementCancellation($0) }
    }

    private static func pointer(
        to entry: ParameterList.Entry, in bytes: UnsafeRawBufferPointer
    ) -> UnsafePointer<CChar>? {
        guard entry.length != nil else { return nil }
        // An empty value still needs an address: libpq takes none for NULL.
        guard let base = bytes.baseAddress else { return unsafe emptyValue }
        return unsafe (base + entry.start).assumingMemoryBound(to: CChar.self)
    }

    /// One NUL that is never freed nor written.
    private nonisolated(unsafe) static let emptyValue: UnsafePointer<CChar> = {
        let byte = UnsafeMutablePointer<CChar>.allocate(capacity: 1)
        unsafe byte.initialize(to: 0)
        return unsafe UnsafePointer(byte)
    }()
}

/// Lends an array of C strings that ends with a null pointer.
private func withCStrings<R>(
    _ strings: [String], _ body: (UnsafePointer<UnsafePointer<CChar>?>?) -> R
) -> R {
    let copies = unsafe strings.map { unsafe strdup($0) }
    defer { unsafe copies.forEach { unsafe free($0) } }
    let pointers = unsafe copies.map { unsafe UnsafePointer<CChar>($0) } + [nil]
    return unsafe pointers.withUnsafeBufferPointer { unsafe body($0.baseAddress) }
}

extension String {
    func trimmingSuffix(while predicate: (Character) -> Bool) -> String {
        var copy = self
        while let last = copy.last, predicate(last) { copy.removeLast() }
        return copy
    }
}
