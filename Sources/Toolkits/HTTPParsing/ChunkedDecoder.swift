public import HTTPTypes

/// A decoder of the chunked transfer coding (RFC 9112 section 7.1), one byte at a time over framing and in runs over
/// data.
///
/// Extensions are skipped and trailers dropped, as section 7.1.1 and 7.1.2 let a recipient do; both are bounded.
public struct ChunkedDecoder: Sendable {
    private enum State {
        case size
        case sizeBlank
        case sizeExtension
        case sizeLineFeed
        case data
        case dataReturn
        case dataLineFeed
        case trailerStart
        case trailer
        case trailerLineFeed
        case endLineFeed
        case ended
    }

    /// Bytes of one line of framing, extension included, and of all trailers together.
    private let framingLimit: Int
    private var state = State.size
    private var digits = 0
    private var remaining: Int64 = 0
    private var framing = 0

    public init(framingLimit: Int = 4096) {
        self.framingLimit = framingLimit
    }

    /// Whether the last chunk and its trailers have been read.
    public var isEnded: Bool { state == .ended }

    /// Reads from the front of `bytes` and says what of it is data.
    ///
    /// - Returns: how many bytes were read, and which of them are data: at most one run, so that the caller calls
    ///   again while bytes are left and the body has not ended.
    public mutating func next(_ bytes: Span<UInt8>) throws(HTTPError) -> (consumed: Int, data: Range<Int>) {
        var index = 0
        while index < bytes.count {
            switch state {
            case .ended:
                return (index, index..<index)
            case .data:
                let length = Int(min(remaining, Int64(bytes.count - index)))
                remaining -= Int64(length)
                if remaining == 0 { state = .dataReturn }
                return (index + length, index..<index + length)
            default:
                try step(bytes[index])
                index += 1
            }
        }
        return (index, index..<index)
    }

    private mutating func step(_ byte: UInt8) throws(HTTPError) {
        framing += 1
        if framing > framingLimit { throw .malformed("a chunk's framing is too long") }
        switch state {
        case .size: try stepSize(byte)
        case .sizeBlank, .sizeExtension: try stepExtension(byte)
        case .sizeLineFeed:
            try expect(byte, 0x0a)
            framing = 0
            state = remaining == 0 ? .trailerStart : .data
        case .dataReturn:
            try expect(byte, 0x0d)
            state = .dataLineFeed
        case .dataLineFeed:
            try expect(byte, 0x0a)
            (state, digits, framing) = (.size, 0, 0)
        case .trailerStart: state = byte == 0x0d ? .endLineFeed : try trailerByte(byte)
        case .trailer: state = byte == 0x0d ? .trailerLineFeed : try trailerByte(byte)
        case .trailerLineFeed:
            try expect(byte, 0x0a)
            state = .trailerStart
        case .endLineFeed:
            try expect(byte, 0x0a)
            state = .ended
        case .data, .ended: break
        }
    }

    /// The hexadecimal size: at most 15 digits, so that it cannot overflow.
    private mutating func stepSize(_ byte: UInt8) throws(HTTPError) {
        if let value = byte.hexValue {
            digits += 1
            guard digits <= 15 else { throw .malformed("a chunk's size is too large") }
            remaining = remaining << 4 | Int64(value)
            return
        }
        guard digits > 0 else { throw .malformed("a chunk has no size") }
        try stepExtension(byte)
    }

    /// What may follow the size: blanks, then ";" and anything printable, then CR.
    private mutating func stepExtension(_ byte: UInt8) throws(HTTPError) {
        switch byte {
        case 0x0d: state = .sizeLineFeed
        case 0x3b: state = .sizeExtension
        case 0x20 where state != .sizeExtension, 0x09 where state != .sizeExtension: state = .sizeBlank
        default:
            guard state == .sizeExtension, byte.isFieldValueCharacter else {
                throw .malformed("a chunk's size is not a number")
            }
        }
    }

    private func trailerByte(_ byte: UInt8) throws(HTTPError) -> State {
        guard byte.isFieldValueCharacter else { throw .malformed("a trailer holds a control character") }
        return .trailer
    }

    private func expect(_ byte: UInt8, _ expected: UInt8) throws(HTTPError) {
        guard byte == expected else { throw .malformed("a chunk's line end is not CRLF") }
    }
}
