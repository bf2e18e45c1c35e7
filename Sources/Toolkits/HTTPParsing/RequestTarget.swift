internal import HTTPTypes

/// The target of a request line, taken apart (RFC 9112 section 3.2).
struct RequestTarget {
    /// Decoded; begins with "/" or is "*".
    let path: String
    let query: String?
    /// The host of an absolute target, which counts more than `Host` (section 3.2.2).
    let authority: String?

    init(_ bytes: Span<UInt8>, _ range: Range<Int>, method: HTTPMethod) throws(HTTPError) {
        var start = range.lowerBound
        if bytes[start] == 0x2a, range.count == 1 {
            guard method == .options else { throw .malformed("only OPTIONS may ask for *") }
            (path, query, authority) = ("*", nil, nil)
            return
        }
        if bytes[start] == 0x2f {
            authority = nil
        } else {
            let host = try Self.authority(bytes, range)
            authority = bytes.string(host)
            start = host.upperBound
        }
        var end = start
        while end < range.upperBound, bytes[end] != 0x3f, bytes[end] != 0x23 { end += 1 }
        if end < range.upperBound, bytes[end] == 0x23 { throw .malformed("the target holds a fragment") }
        query = end < range.upperBound ? bytes.string((end + 1)..<range.upperBound) : nil
        if let query, query.utf8.contains(0x23) { throw .malformed("the target holds a fragment") }
        path = start == end ? "/" : try Self.decodedPath(bytes, start..<end)
    }

    /// The authority of an absolute target: `http://host:port` followed by "/", "?" or nothing.
    private static func authority(_ bytes: Span<UInt8>, _ range: Range<Int>) throws(HTTPError) -> Range<Int> {
        var start = range.lowerBound
        if bytes.hasPrefix("http://", in: range) {
            start += 7
        } else if bytes.hasPrefix("https://", in: range) {
            start += 8
        } else {
            throw .malformed("the target is neither a path nor an http URL")
        }
        var end = start
        while end < range.upperBound, bytes[end] != 0x2f, bytes[end] != 0x3f { end += 1 }
        guard start < end, isValidAuthority(bytes.string(start..<end)) else {
            throw .malformed("the target names no valid host")
        }
        return start..<end
    }

    /// Removes percent-encoding, and refuses whatever could be read as another path by somebody else.
    private static func decodedPath(_ bytes: Span<UInt8>, _ range: Range<Int>) throws(HTTPError) -> String {
        guard bytes[range.lowerBound] == 0x2f else { throw .malformed("the path does not begin with /") }
        var isPlain = true
        for index in range where bytes[index] == 0x25 || bytes[index] == 0x2e || bytes[index] == 0x5c {
            isPlain = false
        }
        if isPlain { return bytes.string(range) }
        var decoded: [UInt8] = []
        decoded.reserveCapacity(range.count)
        var index = range.lowerBound
        while index < range.upperBound {
            var byte = bytes[index]
            index += 1
            if byte == 0x25 {
                guard index + 1 < range.upperBound, let high = bytes[index].hexValue,
                    let low = bytes[index + 1].hexValue
                else { throw .malformed("the path holds a broken percent-encoding") }
                byte = high << 4 | low
                index += 2
                // "/" inside a segment, or a control character: two programs would split or print it differently.
                if byte == 0x2f { throw .malformed("the path holds an encoded slash") }
            }
            if byte < 0x20 || byte == 0x7f || byte == 0x5c {
                throw .malformed("the path holds a control character or a backslash")
            }
            decoded.append(byte)
        }
        guard let path = String(validating: decoded, as: UTF8.self) else {
            throw .malformed("the path is not UTF-8")
        }
        for segment in path.utf8.split(separator: 0x2f) where segment.elementsEqual([0x2e]) || isParent(segment) {
            throw .malformed("the path holds a . or .. segment")
        }
        return path
    }

    private static func isParent(_ segment: Substring.UTF8View) -> Bool {
        segment.elementsEqual([0x2e, 0x2e])
    }
}
