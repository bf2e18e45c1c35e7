internal import HTTPTypes

/// Writes response heads, and decides how the peer will find the end of the body (RFC 9112 section 6.3).
struct ResponseHeadEncoder {
    enum BodyFraming: Equatable {
        /// No body follows, whatever the fields say.
        case none
        case length(Int64)
        case chunked
        /// The body ends with the connection: HTTP/1.0 knows nothing better for unknown lengths.
        case untilClose
    }

    /// How a response to this request is framed.
    static func framing(_ response: HTTPResponse, method: HTTPMethod, isHTTP11: Bool) -> BodyFraming {
        if response.status.forbidsBody || method == .head { return .none }
        if let length = response.body.length { return .length(length) }
        return isHTTP11 ? .chunked : .untilClose
    }

    /// Appends the head of `response` to `buffer`.
    ///
    /// - Parameters:
    ///   - closes: whether the connection ends after this response.
    ///   - fixedLines: whole lines every response has, `Date` among them.
    /// - Throws: `InvalidFieldError` before anything broken is sent; `buffer` is then as before.
    static func encode(
        _ response: HTTPResponse, _ framing: BodyFraming, method: HTTPMethod, isHTTP11: Bool, closes: Bool,
        fixedLines: [UInt8], into buffer: inout [UInt8]
    ) throws(InvalidFieldError) {
        try response.fields.validate()
        appendStatusLine(response.status, to: &buffer)
        buffer.append(contentsOf: fixedLines)
        for field in response.fields where !isServersOwn(field.name) {
            buffer.append(contentsOf: field.name.name.utf8)
            buffer.append(": ")
            buffer.append(contentsOf: field.value.utf8)
            buffer.append("\r\n")
        }
        switch framing {
        case .length(let length): appendLength(length, to: &buffer)
        case .chunked: buffer.append("Transfer-Encoding: chunked\r\n")
        case .none:
            // To HEAD, the length that GET would have (RFC 9110 section 9.3.2).
            if method == .head, !response.status.forbidsBody, let length = response.body.length {
                appendLength(length, to: &buffer)
            }
        case .untilClose: break
        }
        if response.upgrade != nil {
            buffer.append("Connection: Upgrade\r\nUpgrade: websocket\r\n")
        } else if closes {
            buffer.append("Connection: close\r\n")
        } else if !isHTTP11 {
            buffer.append("Connection: keep-alive\r\n")
        }
        buffer.append("\r\n")
    }

    /// The size line of a chunk.
    static func chunkSize(_ count: Int) -> [UInt8] {
        var line = Array(String(count, radix: 16).utf8)
        line.append(contentsOf: [0x0d, 0x0a])
        return line
    }

    private static func appendStatusLine(_ status: HTTPStatus, to buffer: inout [UInt8]) {
        if status == .ok {
            buffer.append("HTTP/1.1 200 OK\r\n")
        } else {
            buffer.append(contentsOf: "HTTP/1.1 \(status.code) \(status.reason)\r\n".utf8)
        }
    }

    private static func appendLength(_ length: Int64, to buffer: inout [UInt8]) {
        buffer.append("Content-Length: ")
        buffer.append(contentsOf: String(length).utf8)
        buffer.append("\r\n")
    }

    /// Fields that describe the message or the connection; a handler's opinion about them is not asked for.
    private static func isServersOwn(_ name: HTTPFieldName) -> Bool {
        switch name.name.utf8.count {
        case 4: name == .date
        case 6: name == .server
        case 7: name == .upgrade
        case 10: name == .connection
        case 14: name == .contentLength
        case 17: name == .transferEncoding
        default: false
        }
    }
}

extension [UInt8] {
    /// Appends a constant text with one copy: array literals and string views would allocate for every line.
    @inline(__always)
    fileprivate mutating func append(_ text: StaticString) {
        append(contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }
}
