import CCurl

/// One `CURL` easy handle with what it needs while a request is under way, configured once and used for many requests.
///
/// It has one owner at a time: the pool, then the caller who configures it, then the loop, then the pool again. Each
/// hand-over goes through a lock, which is what makes `@unchecked Sendable` true.
@safe final class EasyHandle: @unchecked Sendable {
    let raw: UnsafeMutableRawPointer
    let arena = RequestArena()
    /// The request under way. Set and read on the loop.
    var transfer: Transfer?
    /// Where the request under way leads, for the egress policy.
    var url = ""
    var usesProxy = false
    /// Whether a socket was opened for the request under way.
    var hasOpenedSocket = false
    /// Why the last socket was not opened.
    var refusal: String?
    let egress: EgressPolicy
    let sockets: SocketTable
    private let errorText: UnsafeMutablePointer<CChar>
    private var verb = Verb.get(custom: false)
    private var connectMilliseconds = -1

    private enum Verb: Equatable {
        case get(custom: Bool)
        case head
        case send(custom: Bool)
    }

    /// Nil when libcurl is out of memory.
    init?(_ configuration: CurlConfiguration, sockets: SocketTable) {
        guard let raw = unsafe curl_easy_init() else { return nil }
        unsafe self.raw = raw
        unsafe errorText = .allocate(capacity: Int(CURL_ERROR_SIZE))
        unsafe errorText.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
        egress = configuration.egress
        self.sockets = sockets
        setBasics(configuration)
        setTrust(configuration)
        setCallbacks()
    }

    deinit {
        unsafe curl_easy_cleanup(raw)
        unsafe errorText.deallocate()
    }

    /// What libcurl says about the last failure, or the name of `code`.
    func explanation(_ code: CURLcode) -> String {
        if unsafe errorText.pointee != 0 { return unsafe String(cString: errorText) }
        return unsafe String(cString: curl_easy_strerror(code))
    }

    /// Sets what differs from request to request. Not while a request is under way.
    func configure(_ request: OutgoingRequest, proxy: ProxyConfiguration?) throws(CurlError) {
        unsafe errorText.pointee = 0
        hasOpenedSocket = false
        refusal = nil
        if request.url != url {
            // Remembered only once libcurl has it: the handle must never be thought to lead where it does not.
            url = ""
            guard unsafe asterism_easy_set_string(raw, CURLOPT_URL, request.url) == CURLE_OK else {
                throw CurlError(.invalidRequest, "the URL cannot be parsed")
            }
            url = request.url
        }
        if let proxy { try set(proxy) }
        setVerb(request)
        setHeaders(request)
        setConnectTimeout(request.connectTimeout)
    }

    private func setBasics(_ configuration: CurlConfiguration) {
        // A path goes out as it was written: `/a/../b` is for whoever made it to refuse, not for us to make into `/b`.
        set(CURLOPT_PATH_AS_IS, 1)
        set(CURLOPT_NOSIGNAL, 1)
        set(CURLOPT_QUICK_EXIT, 1)
        set(CURLOPT_FOLLOWLOCATION, 0)
        set(CURLOPT_DISALLOW_USERNAME_IN_URL, 1)
        set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1)
        set(CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_2TLS))
        set(CURLOPT_TCP_KEEPALIVE, 1)
        set(CURLOPT_MAXAGE_CONN, Int(configuration.maximumIdleAge.components.seconds))
        set(CURLOPT_PROTOCOLS_STR, "http,https")
        set(CURLOPT_USERAGENT, configuration.userAgent)
        // Empty strings, because without them libcurl reads the environment.
        set(CURLOPT_PROXY, "")
        set(CURLOPT_NOPROXY, "")
    }

    private func setTrust(_ configuration: CurlConfiguration) {
        set(CURLOPT_SSL_VERIFYPEER, configuration.verifiesCertificates ? 1 : 0)
        set(CURLOPT_SSL_VERIFYHOST, configuration.verifiesCertificates ? 2 : 0)
        set(CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2))
        // With a directory of authorities libcurl reads them again for each connection instead of keeping them parsed.
        unsafe asterism_easy_set_pointer(raw, CURLOPT_CAPATH, nil)
        if let file = configuration.certificateAuthorityFile { set(CURLOPT_CAINFO, file) }
        if let certificate = configuration.clientCertificate {
            set(CURLOPT_SSLCERT, certificate.certificateFile)
            set(CURLOPT_SSLKEY, certificate.keyFile)
        }
    }

    private func setCallbacks() {
        let context = unsafe Unmanaged.passUnretained(self).toOpaque()
        unsafe asterism_easy_set_pointer(raw, CURLOPT_PRIVATE, context)
        unsafe asterism_easy_set_pointer(raw, CURLOPT_ERRORBUFFER, errorText)
        unsafe asterism_easy_set_pointer(raw, CURLOPT_WRITEDATA, context)
        unsafe asterism_easy_set_pointer(raw, CURLOPT_HEADERDATA, context)
        unsafe asterism_easy_set_pointer(raw, CURLOPT_PREREQDATA, context)
        unsafe asterism_easy_set_pointer(raw, CURLOPT_OPENSOCKETDATA, context)
        // A connection outlives the handle that opened it, so closing is told to the table of sockets.
        unsafe asterism_easy_set_pointer(
            raw, CURLOPT_CLOSESOCKETDATA, Unmanaged.passUnretained(sockets).toOpaque())
        unsafe asterism_easy_set_receiver(raw, CURLOPT_WRITEFUNCTION, CurlCallbacks.body)
        unsafe asterism_easy_set_receiver(raw, CURLOPT_HEADERFUNCTION, CurlCallbacks.header)
        unsafe asterism_easy_set_ready_hook(raw, CurlCallbacks.ready)
        unsafe asterism_easy_set_socket_hooks(raw, CurlCallbacks.openSocket, CurlCallbacks.closeSocket)
    }

    /// Behind a proxy no socket to the target is opened here, so the host is judged as it is written.
    private func set(_ proxy: ProxyConfiguration) throws(CurlError) {
        let target = try RequestTarget(url)
        usesProxy = proxy.isUsed(forHost: target.host)
        set(CURLOPT_PROXY, usesProxy ? proxy.url : "")
        guard usesProxy else { return }
        let isLocal = target.host == "localhost" || target.host.hasSuffix(".localhost")
        guard let address = IPAddress(isLocal ? "127.0.0.1" : target.host) else { return }
        guard egress.allows(address, host: target.host, port: target.port) else {
            throw CurlError(.refusedByPolicy, "\(target.host):\(target.port) is internal")
        }
    }

    private func setVerb(_ request: OutgoingRequest) {
        if let body = request.sentBody {
            set(CURLOPT_POSTFIELDSIZE_LARGE, offset: Int64(body.count))
            unsafe asterism_easy_set_pointer(raw, CURLOPT_POSTFIELDS, arena.place(body: body))
        }
        let next = Self.verb(request)
        guard next != verb || next == .get(custom: true) || next == .send(custom: true) else { return }
        verb = next
        switch next {
        case .head: set(CURLOPT_NOBODY, 1)
        case .get: set(CURLOPT_HTTPGET, 1)
        case .send: set(CURLOPT_POST, 1)
        }
        if next == .get(custom: true) || next == .send(custom: true) {
            set(CURLOPT_CUSTOMREQUEST, request.method)
        } else {
            unsafe asterism_easy_set_string(raw, CURLOPT_CUSTOMREQUEST, nil)
        }
    }

    private static func verb(_ request: OutgoingRequest) -> Verb {
        if request.method == "HEAD" { return .head }
        if request.sentBody != nil { return .send(custom: request.method != "POST") }
        return .get(custom: request.method != "GET")
    }

    private func setHeaders(_ request: OutgoingRequest) {
        // Without this libcurl waits a second for "100 Continue" before a large body, and calls every body a form.
        var bare: [String] = []
        if request.sentBody != nil {
            bare.append("Expect")
            let isTyped = request.headers.contains { $0.0.utf8.count == 12 && $0.0.lowercased() == "content-type" }
            if !isTyped { bare.append("Content-Type") }
        }
        unsafe asterism_easy_set_pointer(
            raw, CURLOPT_HTTPHEADER, arena.place(headers: request.headers, bare: bare))
    }

    /// libcurl divides this time among the addresses of a host; the client's own timer ends it.
    private func setConnectTimeout(_ timeout: Duration) {
        let milliseconds = max(1, Int(timeout.wholeNanoseconds / 1_000_000))
        guard milliseconds != connectMilliseconds else { return }
        connectMilliseconds = milliseconds
        set(CURLOPT_CONNECTTIMEOUT_MS, milliseconds)
    }

    // MARK: Typed options

    private func set(_ option: CURLoption, _ value: Int) {
        unsafe asterism_easy_set_long(raw, option, value)
    }

    private func set(_ option: CURLoption, offset value: Int64) {
        unsafe asterism_easy_set_offset(raw, option, curl_off_t(value))
    }

    private func set(_ option: CURLoption, _ value: String) {
        unsafe asterism_easy_set_string(raw, option, value)
    }
}

extension OutgoingRequest {
    /// A POST without a body has an empty one; HEAD has none.
    fileprivate var sentBody: [UInt8]? {
        switch method {
        case "HEAD": nil
        case "POST": body ?? []
        default: body
        }
    }
}
