internal import CPostgres

extension PostgresError {
    /// Fields of an error report, by the letters of the protocol ("Error and Notice Message Fields"); `PG_DIAG_…` are
    /// macros that Swift does not import.
    private enum Field: String {
        case sqlState = "C"
        case message = "M"
        case detail = "D"
        case hint = "H"
        case schema = "s"
        case table = "t"
        case column = "c"
        case constraint = "n"
    }

    /// Reads an error of the server, or of libpq itself when it has no SQLSTATE.
    init(result: OpaquePointer) {
        func field(_ field: Field) -> String? {
            let letter = Int32(field.rawValue.utf8.first ?? 0)
            return unsafe PQresultErrorField(result, letter).map { unsafe String(cString: $0) }
        }
        let state = field(.sqlState)
        let whole = unsafe String(cString: PQresultErrorMessage(result))
        let text = (field(.message) ?? whole).trimmingSuffix { $0.isWhitespace }
        self.init(Self.code(sqlState: state, message: text), text)
        sqlState = state
        detail = field(.detail)
        hint = field(.hint)
        constraint = field(.constraint)
        schema = field(.schema)
        table = field(.table)
        column = field(.column)
    }

    private static func code(sqlState: String?, message: String) -> Code {
        switch sqlState {
        case nil: .connectionLost
        // query_canceled: a timeout, a request to cancel, or a COPY that we broke off; only the words differ.
        case "57014"? where message.contains("timeout"): .timeout
        case "57014"? where message.contains("COPY"): .server
        case "57014"?: .cancelled
        // admin_shutdown, crash_shutdown, cannot_connect_now, database_dropped, idle_session_timeout,
        // idle_in_transaction_session_timeout: the server closes the connection after these.
        case "57P01"?, "57P02"?, "57P03"?, "57P04"?, "57P05"?, "25P03"?: .connectionLost
        default: .server
        }
    }
}
