public import HTTPTypes

/// Cuts a request's body out of the bytes of its connection, by either framing.
public struct BodyDecoder: Sendable {
    private enum State {
        case length(Int64)
        case chunked(ChunkedDecoder)
    }

    private var state: State

    public init(_ framing: RequestHead.Framing) {
        switch framing {
        case .none: state = .length(0)
        case .length(let length): state = .length(length)
        case .chunked: state = .chunked(ChunkedDecoder())
        }
    }

    /// Whether the whole body has been read.
    public var isEnded: Bool {
        switch state {
        case .length(let left): left == 0
        case .chunked(let decoder): decoder.isEnded
        }
    }

    /// Bytes still to come, where that is known.
    public var remaining: Int64? {
        if case .length(let left) = state { return left }
        return nil
    }

    /// As `ChunkedDecoder.next`: call again while bytes are left and the body has not ended.
    public mutating func next(_ bytes: Span<UInt8>) throws(HTTPError) -> (consumed: Int, data: Range<Int>) {
        switch state {
        case .length(let left):
            let count = Int(min(left, Int64(bytes.count)))
            state = .length(left - Int64(count))
            return (count, 0..<count)
        case .chunked(var decoder):
            defer { state = .chunked(decoder) }
            return try decoder.next(bytes)
        }
    }
}
