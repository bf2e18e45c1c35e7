internal import Glibc
public import HTTPTypes

/// A parser of `multipart/form-data` bodies (RFC 7578, RFC 2046 section 5.1) that keeps no more than a boundary's
/// length of what passes through. A value: bytes in, events out.
public struct MultipartParser: Sendable {
    public struct Limits: Sendable {
        /// Parts of one body.
        public var parts = 1000
        /// Bytes of one part's head.
        public var headSize = 8 * 1024

        public init() {}
    }

    public enum Event: Equatable, Sendable {
        case partBegins(HTTPFields)
        case data([UInt8])
        case partEnds
        /// The last boundary; what follows is ignored.
        case end
    }

    private enum State {
        case preamble
        case head
        case data
        case ended
    }

    private let delimiter: [UInt8]
    private let limits: Limits
    private var state = State.preamble
    private var parts = 0
    /// Bytes that cannot be judged yet. The first delimiter may stand at the very start, as if after a line end.
    private var window: [UInt8] = [0x0d, 0x0a]

    /// A parser for a body with this boundary; see `boundary(of:)`.
    public init(boundary: String, limits: Limits = Limits()) {
        delimiter = Array("\r\n--\(boundary)".utf8)
        self.limits = limits
    }

    /// Whether the last boundary was seen. A body that ends without it was cut off.
    public var isEnded: Bool {
        if case .ended = state { true } else { false }
    }

    /// Takes the next bytes of the body.
    public mutating func feed(_ bytes: [UInt8]) throws(HTTPError) -> [Event] {
        if isEnded { return [] }
        window.append(contentsOf: bytes)
        var events: [Event] = []
        var start = 0
        while try step(&start, &events) {}
        window.removeFirst(start)
        return events
    }

    /// Advances over what can be judged; false when more bytes are needed.
    private mutating func step(_ start: inout Int, _ events: inout [Event]) throws(HTTPError) -> Bool {
        switch state {
        case .ended:
            start = window.count
            return false
        case .head: return try stepHead(&start, &events)
        case .preamble, .data: return try stepData(&start, &events)
        }
    }

    /// Passes data on up to the next delimiter, or up to where one might begin.
    private mutating func stepData(_ start: inout Int, _ events: inout [Event]) throws(HTTPError) -> Bool {
        let candidate = findDelimiter(from: start)
        let end = candidate ?? window.count
        if end > start, case .data = state { events.append(.data(Array(window[start..<end]))) }
        start = end
        guard let candidate, candidate + delimiter.count + 2 <= window.count else { return false }
        switch try delimiterEnd(candidate + delimiter.count) {
        case .needsMore: return false
        case .notADelimiter:
            // Longer than the boundary: data, after all (RFC 2046 section 5.1.1 compares whole lines).
            if case .data = state { events.append(.data(Array(window[candidate..<candidate + 2]))) }
            start = candidate + 2
            return true
        case .part(let next):
            if case .data = state { events.append(.partEnds) }
            parts += 1
            if parts > limits.parts {
                throw HTTPError(.contentTooLarge, "the form has more than \(limits.parts) parts")
            }
            state = .head
            start = next
            return true
        case .last:
            if case .data = state { events.append(.partEnds) }
            events.append(.end)
            state = .ended
            start = window.count
            return false
        }
    }

    private enum DelimiterEnd {
        case needsMore, notADelimiter, last
        case part(Int)
    }

    /// What follows a delimiter: "--" ends the body, blanks and a line end begin a part.
    private func delimiterEnd(_ position: Int) throws(HTTPError) -> DelimiterEnd {
        if window[position] == 0x2d, window[position + 1] == 0x2d { return .last }
        var index = position
        while index < window.count, window[index] == 0x20 || window[index] == 0x09 { index += 1 }
        if index - position > 256 { throw HTTPError(.badRequest, "a boundary of the form has too much padding") }
        guard index + 2 <= window.count else {
            return index < window.count && window[index] != 0x0d ? .notADelimiter : .needsMore
        }
        return window[index] == 0x0d && window[index + 1] == 0x0a ? .part(index + 2) : .notADelimiter
    }

    /// The first place from `start` on where a delimiter stands or may stand, cut off by the end of the window.
    private func findDelimiter(from start: Int) -> Int? {
        window.withUnsafeBufferPointer { bytes in
            guard let base = bytes.baseAddress else { return nil }
            var index = start
            while index < bytes.count {
                guard let found = memchr(base + index, 0x0d, bytes.count - index) else { return nil }
                index = UnsafeRawPointer(found) - UnsafeRawPointer(base)
                let length = min(delimiter.count, bytes.count - index)
                if memcmp(base + index, delimiter, length) == 0 { return index }
                index += 1
            }
            return nil
        }
    }

    /// Waits for the empty line that ends a part's head, and parses it.
    private mutating func stepHead(_ start: inout Int, _ events: inout [Event]) throws(HTTPError) -> Bool {
        var lineStart = start
        var fields = HTTPFields()
        while let end = lineEnd(from: lineStart) {
            if end == lineStart {
                events.append(.partBegins(fields))
                state = .data
                start = end + 2
                return true
            }
            try Self.parseField(window[lineStart..<end], into: &fields)
            lineStart = end + 2
            if lineStart - start > limits.headSize { break }
        }
        if window.count - start > limits.headSize {
            throw HTTPError(.badRequest, "the head of a form's part is larger than \(limits.headSize) bytes")
        }
        return false
    }

    private func lineEnd(from start: Int) -> Int? {
        var index = start
        while index + 1 < window.count {
            if window[index] == 0x0d, window[index + 1] == 0x0a { return index }
            index += 1
        }
        return nil
    }

    private static func parseField(_ line: ArraySlice<UInt8>, into fields: inout HTTPFields) throws(HTTPError) {
        guard let colon = line.firstIndex(of: 0x3a), colon > line.startIndex,
            line[..<colon].allSatisfy(\.isTokenCharacter),
            line[(colon + 1)...].allSatisfy(\.isFieldValueCharacter), fields.count < 16
        else { throw HTTPError(.badRequest, "the head of a form's part is malformed") }
        let value = String(decoding: line[(colon + 1)...], as: UTF8.self)
        fields.append(
            HTTPFieldName(String(decoding: line[..<colon], as: UTF8.self)), String(value.trimmingHTTPWhitespace()))
    }
}
