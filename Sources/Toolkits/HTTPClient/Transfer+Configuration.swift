internal import CCurl
internal import EventLoops
internal import HTTPTypes

extension Transfer {
    /// Everything libcurl must know before a transfer starts.
    func configure(
        _ easy: CurlEasy, _ request: HTTPClientRequest, _ configuration: HTTPClientConfiguration, timeout: Duration?
    ) throws {
        try easy.set(CURLOPT_URL, request.url)
        try easy.set(CURLOPT_PROTOCOLS_STR, "http,https")
        try setCallbacks(easy)
        try setMethodAndBody(easy, request)
        try setFields(easy, request.fields, userAgent: configuration.userAgent)
        try setTimeouts(easy, request.timeouts, total: timeout)
        try setRoute(easy, request, configuration)
        if let file = configuration.trustedCertificatesFile { try easy.set(CURLOPT_CAINFO, file) }
        switch request.version {
        case .automatic: try easy.set(CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_2TLS))
        case .http1: try easy.set(CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_1_1))
        case .http2PriorKnowledge: try easy.set(CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_2_PRIOR_KNOWLEDGE))
        }
        // Wait for a connection that may take more streams before opening another one.
        try easy.set(CURLOPT_PIPEWAIT, 1)
        try easy.set(CURLOPT_HTTP09_ALLOWED, 0)
    }

    private func setCallbacks(_ easy: CurlEasy) throws {
        // The multi actor keeps this object until the handle is out of libcurl's hands.
        let context = Unmanaged.passUnretained(self).toOpaque()
        let handle = easy.handle
        try checkCurl(ccurl_set_transfer(handle, CURLOPT_HEADERFUNCTION, transferHeaderCallback))
        try checkCurl(ccurl_set_transfer(handle, CURLOPT_WRITEFUNCTION, transferWriteCallback))
        try checkCurl(ccurl_set_transfer(handle, CURLOPT_READFUNCTION, transferReadCallback))
        try checkCurl(ccurl_set_seek(handle, transferSeekCallback))
        try checkCurl(ccurl_set_opensocket(handle, transferOpenSocketCallback))
        for option in [
            CURLOPT_HEADERDATA, CURLOPT_WRITEDATA, CURLOPT_READDATA, CURLOPT_SEEKDATA, CURLOPT_OPENSOCKETDATA,
        ] {
            try checkCurl(ccurl_set_pointer(handle, option, context))
        }
        try easy.set(CURLOPT_BUFFERSIZE, 128 * 1024)
        try easy.set(CURLOPT_UPLOAD_BUFFERSIZE, 128 * 1024)
    }

    private func setMethodAndBody(_ easy: CurlEasy, _ request: HTTPClientRequest) throws {
        guard !request.method.name.isEmpty, request.method.name.utf8.allSatisfy(\.isTokenCharacter) else {
            throw HTTPClientError(.invalidRequest, "the method is not a token", beforeSending: true)
        }
        if case .empty = request.body.storage {
            if request.method == .head {
                try easy.set(CURLOPT_NOBODY, 1)
            } else if request.method == .post || request.method == .put || request.method == .patch {
                // An explicit "Content-Length: 0", which servers expect of these methods (RFC 9110 section 8.6).
                try easy.set(CURLOPT_POST, 1)
                try easy.set(CURLOPT_POSTFIELDSIZE_LARGE, Int64(0))
                try easy.appendField("Content-Type:")
            }
            // A kept connection may die under a request without a body, and libcurl would send it again.
            if !request.method.isIdempotent { try easy.set(CURLOPT_FRESH_CONNECT, 1) }
        } else {
            try easy.set(CURLOPT_UPLOAD, 1)
            try easy.set(CURLOPT_INFILESIZE_LARGE, request.body.length ?? -1)
            // Waiting a second for "100 Continue" from servers that never send it helps nobody.
            try easy.appendField("Expect:")
        }
        try easy.set(CURLOPT_CUSTOMREQUEST, request.method.name)
    }

    private func setFields(_ easy: CurlEasy, _ fields: HTTPFields, userAgent: String) throws {
        do { try fields.validate() } catch {
            throw HTTPClientError(.invalidRequest, error.description, beforeSending: true)
        }
        for field in fields {
            if [.host, .contentLength, .transferEncoding].contains(field.name) {
                throw HTTPClientError(
                    .invalidRequest, "\(field.name) is set by the client, not by its caller", beforeSending: true)
            }
            // libcurl reads "Name:" as "leave it out" and takes "Name;" for an empty value.
            try easy.appendField(field.value.isEmpty ? "\(field.name);" : "\(field.name): \(field.value)")
        }
        if !fields.contains(.userAgent) { try easy.set(CURLOPT_USERAGENT, userAgent) }
    }

    private func setTimeouts(_ easy: CurlEasy, _ timeouts: HTTPClientRequest.Timeouts, total: Duration?) throws {
        if let total { try easy.set(CURLOPT_TIMEOUT_MS, Int(max(1, total.millisecondsRoundedUp))) }
        try easy.set(CURLOPT_CONNECTTIMEOUT_MS, Int(max(1, timeouts.connect.millisecondsRoundedUp)))
        if let rate = timeouts.minimumRate {
            try easy.set(CURLOPT_LOW_SPEED_LIMIT, rate.bytesPerSecond)
            try easy.set(CURLOPT_LOW_SPEED_TIME, Int(max(1, rate.over.components.seconds)))
        }
    }

    private func setRoute(
        _ easy: CurlEasy, _ request: HTTPClientRequest, _ configuration: HTTPClientConfiguration
    ) throws {
        if case .any = request.addresses {
            if let path = request.unixSocketPath { try easy.set(CURLOPT_UNIX_SOCKET_PATH, path) }
            if let proxy = configuration.proxy { try easy.set(CURLOPT_PROXY, proxy) }
            try easy.set(CURLOPT_NOPROXY, configuration.proxyExceptions ?? "")
            return
        }
        guard request.unixSocketPath == nil, configuration.proxy == nil else {
            throw HTTPClientError(
                .invalidRequest, "addresses cannot be checked behind a proxy or a Unix socket", beforeSending: true)
        }
        // A kept connection was checked by another policy, or by none.
        try easy.set(CURLOPT_FRESH_CONNECT, 1)
        try easy.set(CURLOPT_FORBID_REUSE, 1)
    }
}
