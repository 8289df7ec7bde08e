import CCurl

extension CurlError {
    /// What a transfer that libcurl gave up has failed of.
    init(_ result: CURLcode, _ easy: EasyHandle, _ transfer: Transfer) {
        if let failure = transfer.failure {
            self = failure
        } else if result == CURLE_COULDNT_CONNECT, let refusal = easy.refusal {
            self.init(.refusedByPolicy, refusal)
        } else {
            self.init(
                Self.code(result, isSent: transfer.isSent), easy.explanation(result),
                requestMayHaveBeenSent: transfer.isSent)
        }
    }

    private static func code(_ result: CURLcode, isSent: Bool) -> Code {
        switch result {
        case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY: .resolveFailed
        case CURLE_COULDNT_CONNECT, CURLE_PROXY: .connectFailed
        case CURLE_OPERATION_TIMEDOUT: .timeout(isSent ? .total : .connect)
        case CURLE_URL_MALFORMAT, CURLE_LOGIN_DENIED: isSent ? .transferBroken : .invalidRequest
        case CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CERTPROBLEM, CURLE_SSL_CIPHER,
            CURLE_SSL_CACERT_BADFILE, CURLE_SSL_ISSUER_ERROR, CURLE_SSL_INVALIDCERTSTATUS, CURLE_SSL_CLIENTCERT,
            CURLE_USE_SSL_FAILED:
            .tls
        default: .transferBroken
        }
    }
}
