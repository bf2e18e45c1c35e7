internal import CCurl

/// An absolute URL, taken apart by libcurl, so that what is checked is what will be connected to.
struct URLReference: Equatable {
    let text: String
    let scheme: String
    let host: String
    let port: String

    /// - Throws: `invalidRequest` for relative URLs, other schemes, and URLs with user information.
    init(_ text: String) throws(HTTPClientError) {
        try self.init(base: nil, text)
    }

    private init(base: String?, _ text: String) throws(HTTPClientError) {
        guard let handle = curl_url() else { throw HTTPClientError(.library, "libcurl has no memory for a URL") }
        defer { curl_url_cleanup(handle) }
        if let base { try Self.set(handle, base) }
        // Setting a relative reference on a handle that holds a URL resolves it (RFC 3986 section 5).
        try Self.set(handle, text)
        self.text = try Self.get(handle, CURLUPART_URL)
        scheme = try Self.get(handle, CURLUPART_SCHEME)
        host = try Self.get(handle, CURLUPART_HOST)
        port = try Self.get(handle, CURLUPART_PORT)
        guard scheme == "http" || scheme == "https" else { throw Self.invalid }
    }

    /// The target of a `Location` field found at this URL.
    func resolving(_ location: String) throws(HTTPClientError) -> URLReference {
        try URLReference(base: text, location)
    }

    func hasSameOrigin(as other: URLReference) -> Bool {
        scheme == other.scheme && host == other.host && port == other.port
    }

    private static var invalid: HTTPClientError {
        HTTPClientError(
            .invalidRequest, "the URL is not an absolute http or https URL without user information",
            beforeSending: true)
    }

    private static func set(_ handle: OpaquePointer, _ text: String) throws(HTTPClientError) {
        guard !text.utf8.contains(0),
            curl_url_set(handle, CURLUPART_URL, text, UInt32(CURLU_DISALLOW_USER)) == CURLUE_OK
        else { throw invalid }
    }

    private static func get(_ handle: OpaquePointer, _ part: CURLUPart) throws(HTTPClientError) -> String {
        var value: UnsafeMutablePointer<CChar>?
        guard curl_url_get(handle, part, &value, UInt32(CURLU_DEFAULT_PORT)) == CURLUE_OK, let value else {
            throw invalid
        }
        defer { curl_free(value) }
        return String(cString: value)
    }
}
