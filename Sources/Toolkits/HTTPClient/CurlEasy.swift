internal import CCurl

/// The owner of one easy handle and of the header list it points to. Confined to the actor that made it.
final class CurlEasy {
    let handle: UnsafeMutableRawPointer
    private var fields: UnsafeMutablePointer<curl_slist>?
    private let errorText = UnsafeMutablePointer<CChar>.allocate(capacity: Int(CURL_ERROR_SIZE))

    init() throws(HTTPClientError) {
        guard let handle = curl_easy_init() else {
            throw HTTPClientError(.library, "libcurl has no memory for a transfer")
        }
        self.handle = handle
        errorText[0] = 0
        try checkCurl(ccurl_set_pointer(handle, CURLOPT_ERRORBUFFER, errorText))
        // Signals and threads do not mix; resolution happens on libcurl's own thread.
        try set(CURLOPT_NOSIGNAL, 1)
        // An empty proxy keeps libcurl from reading http_proxy and its like from the environment.
        try set(CURLOPT_PROXY, "")
    }

    deinit {
        curl_easy_cleanup(handle)
        curl_slist_free_all(fields)
        errorText.deallocate()
    }

    /// Whether the failure that ended the transfer was its low rate; only the text tells it from other timeouts.
    var failedForSlowness: Bool {
        String(cString: errorText).hasPrefix("Operation too slow")
    }

    /// Whether a request was sent, so that a connection, TLS included, had been made.
    var requestWasSent: Bool {
        var size = 0
        return ccurl_get_long(handle, CURLINFO_REQUEST_SIZE, &size) == CURLE_OK && size > 0
    }

    func set(_ option: CURLoption, _ value: Int) throws(HTTPClientError) {
        try checkCurl(ccurl_set_long(handle, option, value))
    }

    func set(_ option: CURLoption, _ value: Int64) throws(HTTPClientError) {
        try checkCurl(ccurl_set_size(handle, option, Int(value)))
    }

    func set(_ option: CURLoption, _ value: String) throws(HTTPClientError) {
        try checkCurl(ccurl_set_text(handle, option, value))
    }

    func appendField(_ line: String) throws(HTTPClientError) {
        guard let longer = curl_slist_append(fields, line) else {
            throw HTTPClientError(.library, "libcurl has no memory for a header field")
        }
        fields = longer
        try checkCurl(ccurl_set_pointer(handle, CURLOPT_HTTPHEADER, longer))
    }
}
