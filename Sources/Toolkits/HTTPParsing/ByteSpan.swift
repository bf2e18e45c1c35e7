internal import HTTPTypes

extension HTTPError {
    static func malformed(_ message: String) -> HTTPError { HTTPError(.badRequest, message) }
}

extension UInt8 {
    @inline(__always)
    var isDigit: Bool { self >= 0x30 && self <= 0x39 }

    @inline(__always)
    var hexValue: UInt8? {
        switch self {
        case 0x30...0x39: self - 0x30
        case 0x41...0x46: self - 0x37
        case 0x61...0x66: self - 0x57
        default: nil
        }
    }
}

extension Span<UInt8> {
    /// The bytes of `range` as text; what is not UTF-8 becomes U+FFFD.
    @inline(__always)
    func string(_ range: Range<Int>) -> String {
        extracting(range).withUnsafeBufferPointer { String(decoding: $0, as: UTF8.self) }
    }

    func matches(_ text: StaticString, at position: Int) -> Bool {
        guard position + text.utf8CodeUnitCount <= count else { return false }
        return text.withUTF8Buffer { expected in
            for offset in 0..<expected.count where self[position + offset] != expected[offset] { return false }
            return true
        }
    }

    func hasPrefix(_ text: StaticString, in range: Range<Int>) -> Bool {
        range.count >= text.utf8CodeUnitCount && matches(text, at: range.lowerBound)
    }

    /// Without the spaces and tabs around it (RFC 9110 section 5.5).
    func trimmed(_ range: Range<Int>) -> Range<Int> {
        var (start, end) = (range.lowerBound, range.upperBound)
        while start < end, self[start] == 0x20 || self[start] == 0x09 { start += 1 }
        while end > start, self[end - 1] == 0x20 || self[end - 1] == 0x09 { end -= 1 }
        return start..<end
    }
}

extension HTTPMethod {
    /// The method named by `range`, without allocating for the usual ones.
    static func known(_ bytes: Span<UInt8>, _ range: Range<Int>) -> HTTPMethod? {
        switch range.count {
        case 3 where bytes.matches("GET", at: range.lowerBound): .get
        case 3 where bytes.matches("PUT", at: range.lowerBound): .put
        case 4 where bytes.matches("POST", at: range.lowerBound): .post
        case 4 where bytes.matches("HEAD", at: range.lowerBound): .head
        default: nil
        }
    }
}
