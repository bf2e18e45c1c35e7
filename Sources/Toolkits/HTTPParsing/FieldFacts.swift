internal import HTTPTypes

/// What the fields say about the message itself, gathered while they are read.
struct FieldFacts {
    private var hosts = 0
    private var host = ""
    private var contentLength: Int64?
    private var hasTransferEncoding = false
    private var closes = false
    private var keepsAlive = false
    private var expectsContinue = false

    /// Looks at one field. The length of the name picks the few that matter.
    mutating func note(_ field: HTTPFields.Field) throws(HTTPError) {
        switch field.name.name.utf8.count {
        case 4 where field.name == .host: noteHost(field.value)
        case 6 where field.name == .expect: try noteExpect(field.value)
        case 10 where field.name == .connection: noteConnection(field.value)
        case 14 where field.name == .contentLength: try noteContentLength(field.value)
        case 17 where field.name == .transferEncoding: try noteTransferEncoding(field.value)
        default: break
        }
    }

    /// The finished head: rules that need more than one field.
    func head(_ line: RequestLine, _ fields: HTTPFields) throws(HTTPError) -> RequestHead {
        // Section 3.2: a server must answer 400 to a 1.1 request without Host or with two.
        guard hosts == 1 || (hosts == 0 && line.version == .http10) else {
            throw .malformed(hosts == 0 ? "the request has no Host" : "the request has more than one Host")
        }
        guard hosts == 0 || isValidAuthority(host) else { throw .malformed("the Host is not valid") }
        if hasTransferEncoding {
            // Section 6.1: both framings at once, or a framing that HTTP/1.0 does not know, are attacks or defects.
            if contentLength != nil { throw .malformed("the request has a Content-Length and a Transfer-Encoding") }
            if line.version == .http10 { throw .malformed("HTTP/1.0 has no Transfer-Encoding") }
        }
        let framing: RequestHead.Framing =
            if hasTransferEncoding { .chunked } else if let contentLength, contentLength > 0 {
                .length(contentLength)
            } else { .none }
        return RequestHead(
            method: line.method, version: line.version, path: line.target.path, query: line.target.query,
            authority: line.target.authority ?? host, fields: fields, framing: framing,
            keepsAlive: !closes && (line.version == .http11 || keepsAlive),
            expectsContinue: expectsContinue && line.version == .http11 && framing != .none)
    }

    private mutating func noteHost(_ value: String) {
        hosts += 1
        host = value
    }

    private mutating func noteExpect(_ value: String) throws(HTTPError) {
        guard value.isToken("100-continue") else {
            throw HTTPError(.expectationFailed, "the only expectation known here is 100-continue")
        }
        expectsContinue = true
    }

    private mutating func noteConnection(_ value: String) {
        for option in value.split(separator: ",") {
            let option = option.trimmingHTTPWhitespace()
            if option.isToken("close") { closes = true }
            if option.isToken("keep-alive") { keepsAlive = true }
        }
    }

    private mutating func noteContentLength(_ value: String) throws(HTTPError) {
        let digits = value.utf8
        guard contentLength == nil else { throw .malformed("the request has more than one Content-Length") }
        // At most 15 digits: no overflow, and a petabyte is enough for everybody.
        guard !digits.isEmpty, digits.count <= 15, digits.allSatisfy(\.isDigit) else {
            throw .malformed("the Content-Length is not a number")
        }
        contentLength = digits.reduce(0) { $0 * 10 + Int64($1 & 15) }
    }

    private mutating func noteTransferEncoding(_ value: String) throws(HTTPError) {
        guard !hasTransferEncoding, value.isToken("chunked") else {
            throw HTTPError(.notImplemented, "the only Transfer-Encoding known here is chunked, once")
        }
        hasTransferEncoding = true
    }
}

/// Whether `text` can be a host with an optional port (RFC 3986 section 3.2.2), by its characters. An empty Host is
/// allowed (RFC 9110 section 7.2).
func isValidAuthority(_ text: some StringProtocol) -> Bool {
    text.utf8.count <= 255
        && text.utf8.allSatisfy { byte in
            byte.isDigit || (byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x7a
                || [0x2d, 0x2e, 0x5f, 0x7e, 0x3a, 0x5b, 0x5d, 0x25].contains(byte)
        }
}
