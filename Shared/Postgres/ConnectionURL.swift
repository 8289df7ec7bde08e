internal import CPostgres

/// Splits a connection URL with libpq's own parser, which knows every option and every form of host.
enum ConnectionURL {
    static func parse(_ url: String) throws -> [String: String] {
        guard url.hasPrefix("postgres://") || url.hasPrefix("postgresql://") else {
            throw PostgresError(.invalidConfiguration, "a database URL begins with postgres://")
        }
        var message: UnsafeMutablePointer<CChar>?
        guard let options = unsafe PQconninfoParse(url, &message) else {
            // The parser quotes what it stumbled over, which may be part of the password.
            unsafe PQfreemem(message)
            throw PostgresError(.invalidConfiguration, "the database URL cannot be read")
        }
        defer { unsafe PQconninfoFree(options) }
        var parsed: [String: String] = [:]
        var option = unsafe options
        while let keyword = unsafe option.pointee.keyword {
            if let value = unsafe option.pointee.val {
                unsafe parsed[String(cString: keyword)] = unsafe String(cString: value)
            }
            unsafe option += 1
        }
        return parsed
    }
}
