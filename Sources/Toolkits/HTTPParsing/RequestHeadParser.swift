internal import HTTPTypes

/// A strict parser of HTTP/1.1 request heads (RFC 9112 sections 2 to 6).
///
/// Wherever the RFC lets a recipient choose between repair and refusal, it refuses: two readings of one request are
/// what request smuggling is made of.
public struct RequestHeadParser: Sendable {
    private let limits: HeadLimits

    public init(limits: HeadLimits = HeadLimits()) {
        self.limits = limits
    }

    /// Parses a head that ends with its empty line, both line ends included.
    public func parse(_ bytes: Span<UInt8>) throws(HeadError) -> RequestHead {
        var lines = LineCursor()
        let line: RequestLine
        do { line = try parseRequestLine(bytes, &lines) } catch { throw HeadError(error: error, path: nil) }
        do {
            var facts = FieldFacts()
            let fields = try parseFields(bytes, &lines, &facts)
            return try facts.head(line, fields)
        } catch {
            throw HeadError(error: error, path: line.target.path)
        }
    }

    // MARK: the request line (section 3)

    private func parseRequestLine(
        _ bytes: Span<UInt8>, _ lines: inout LineCursor
    ) throws(HTTPError) -> RequestLine {
        guard let line = lines.next(in: bytes) else { throw .malformed("the request has no request line") }
        var index = line.lowerBound
        while index < line.upperBound, bytes[index].isTokenCharacter { index += 1 }
        let method = line.lowerBound..<index
        guard !method.isEmpty, method.count <= 32, index < line.upperBound, bytes[index] == 0x20 else {
            throw .malformed("the request line does not begin with a method")
        }
        let start = index + 1
        index = start
        while index < line.upperBound, bytes[index] > 0x20, bytes[index] < 0x7f { index += 1 }
        let target = start..<index
        if target.count > limits.targetSize {
            throw HTTPError(.uriTooLong, "the request target is longer than \(limits.targetSize) bytes")
        }
        guard !target.isEmpty, index < line.upperBound, bytes[index] == 0x20 else {
            throw .malformed("the request line holds no valid target")
        }
        let version = try parseVersion(bytes, (index + 1)..<line.upperBound)
        let name = HTTPMethod.known(bytes, method) ?? HTTPMethod(bytes.string(method))
        return RequestLine(
            method: name, version: version, target: try RequestTarget(bytes, target, method: name))
    }

    private func parseVersion(
        _ bytes: Span<UInt8>, _ range: Range<Int>
    ) throws(HTTPError) -> RequestHead.Version {
        let isVersion =
            range.count == 8 && bytes.matches("HTTP/", at: range.lowerBound) && bytes[range.lowerBound + 6] == 0x2e
            && bytes[range.lowerBound + 5].isDigit && bytes[range.lowerBound + 7].isDigit
        guard isVersion else { throw .malformed("the request line does not end with an HTTP version") }
        if bytes.matches("1.1", at: range.lowerBound + 5) { return .http11 }
        if bytes.matches("1.0", at: range.lowerBound + 5) { return .http10 }
        throw HTTPError(.versionNotSupported, "only HTTP/1.1 and HTTP/1.0 are spoken here")
    }

    // MARK: the fields (section 5)

    private func parseFields(
        _ bytes: Span<UInt8>, _ lines: inout LineCursor, _ facts: inout FieldFacts
    ) throws(HTTPError) -> HTTPFields {
        var fields = HTTPFields()
        fields.reserveCapacity(8)
        while let line = lines.next(in: bytes) {
            if line.isEmpty {
                guard lines.position == bytes.count else { throw .malformed("the head ends before its end") }
                return fields
            }
            if fields.count == limits.fieldCount {
                throw HTTPError(.headerFieldsTooLarge, "the request has more than \(limits.fieldCount) header fields")
            }
            var index = line.lowerBound
            while index < line.upperBound, bytes[index].isTokenCharacter { index += 1 }
            let name = line.lowerBound..<index
            // A name must touch its colon: blanks there, and lines that begin with one (obs-fold), hide fields.
            guard !name.isEmpty, index < line.upperBound, bytes[index] == 0x3a else {
                throw .malformed("a header field has no valid name")
            }
            var value = (index + 1)..<line.upperBound
            for position in value where !bytes[position].isFieldValueCharacter {
                throw .malformed("a header field holds a control character")
            }
            value = bytes.trimmed(value)
            let field = HTTPFields.Field(name: HTTPFieldName(bytes.string(name)), value: bytes.string(value))
            try facts.note(field)
            fields.append(field.name, field.value)
        }
        throw .malformed("the head has no end")
    }
}

struct RequestLine {
    let method: HTTPMethod
    let version: RequestHead.Version
    let target: RequestTarget
}

/// Lines of a head, each ended by CRLF; a bare CR or LF inside a line is an error of the line's own rule.
struct LineCursor {
    private(set) var position = 0

    /// The next line without its end; nil when no complete line is left.
    mutating func next(in bytes: Span<UInt8>) -> Range<Int>? {
        var index = position
        while index + 1 < bytes.count {
            if bytes[index] == 0x0d, bytes[index + 1] == 0x0a {
                defer { position = index + 2 }
                return position..<index
            }
            index += 1
        }
        return nil
    }
}
