import CCurl
import Glibc

/// The once of libcurl.
enum CurlLibrary {
    /// Initialises libcurl for the process, and has a write to a closed connection fail instead of ending the process.
    static func prepare() {
        _ = isReady
    }

    private static let isReady: Bool = {
        signal(SIGPIPE, SIG_IGN)
        return curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK
    }()
}
