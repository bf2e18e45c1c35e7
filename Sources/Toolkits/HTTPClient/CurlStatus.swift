internal import CCurl

extension HTTPClientError {
    /// The one place where a result of libcurl becomes an error.
    ///
    /// - Parameters:
    ///   - slow: whether libcurl's own text says that the minimum rate was missed; the code alone does not tell.
    ///   - connected: whether a connection had been made.
    init(curl code: CURLcode, slow: Bool = false, connected: Bool = false) {
        switch code {
        case CURLE_URL_MALFORMAT where !connected, CURLE_UNSUPPORTED_PROTOCOL where !connected:
            self.init(.invalidRequest, "the URL is not an http or https URL", beforeSending: true)
        case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY:
            self.init(.resolution, "the host's name does not resolve", beforeSending: true)
        case CURLE_COULDNT_CONNECT:
            self.init(.connection, "no connection could be made; is the server running?", beforeSending: true)
        case CURLE_OPERATION_TIMEDOUT where slow:
            self.init(.tooSlow, "the transfer stayed below its minimum rate")
        case CURLE_OPERATION_TIMEDOUT where !connected:
            self.init(.connectTimeout, "the connection was not made in time", beforeSending: true)
        case CURLE_OPERATION_TIMEDOUT:
            self.init(.deadline, "the call did not end before its deadline")
        case CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CERTPROBLEM, CURLE_SSL_CIPHER,
            CURLE_SSL_CACERT_BADFILE, CURLE_SSL_ISSUER_ERROR:
            self.init(.security, "TLS failed; check the server's certificate and name", beforeSending: true)
        case CURLE_SEND_ERROR, CURLE_RECV_ERROR, CURLE_GOT_NOTHING, CURLE_PARTIAL_FILE, CURLE_SEND_FAIL_REWIND,
            CURLE_HTTP2, CURLE_HTTP2_STREAM:
            self.init(.interrupted, "the connection broke before the call had ended")
        case CURLE_WEIRD_SERVER_REPLY, CURLE_UNSUPPORTED_PROTOCOL, CURLE_BAD_CONTENT_ENCODING:
            self.init(.malformedResponse, "the server's answer is not HTTP")
        default:
            self.init(.library, "libcurl failed: \(String(cString: curl_easy_strerror(code)))")
        }
    }
}

/// Throws unless an option or call succeeded.
func checkCurl(_ code: CURLcode) throws(HTTPClientError) {
    if code != CURLE_OK { throw HTTPClientError(curl: code) }
}

func checkCurl(_ code: CURLMcode) throws(HTTPClientError) {
    if code != CURLM_OK {
        throw HTTPClientError(.library, "libcurl failed: \(String(cString: curl_multi_strerror(code)))")
    }
}
