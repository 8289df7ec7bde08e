import COpenSSL

/// Turns OpenSSL's error queue of this thread into one error and empties it.
func openSSLFailure(_ operation: String) -> CryptographyError {
    let code = ERR_get_error()
    ERR_clear_error()
    guard code != 0, let reason = unsafe ERR_reason_error_string(code) else { return .library(operation) }
    return unsafe .library("\(operation): \(String(cString: reason))")
}

/// For operations that fail only when memory is exhausted or OpenSSL was built without the algorithm: there is no
/// answer a caller could give, and going on with a wrong digest would be worse than stopping.
func requireSuccess(_ result: Int32, _ operation: StaticString) {
    precondition(result == 1, "OpenSSL failed in \(operation)")
}
