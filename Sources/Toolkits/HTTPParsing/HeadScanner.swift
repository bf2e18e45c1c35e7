/// Finds the empty line that ends a head in bytes that arrive piece by piece, looking at each byte once.
public struct HeadScanner: Sendable {
    private var matched: UInt8 = 0

    public init() {}

    /// The number of bytes of `bytes` up to and with the line end that completes the head; nil if it is not there.
    /// Only CRLF ends a line: a bare LF never ends a head, and the head's deadline meets its sender.
    public mutating func end(in bytes: Span<UInt8>) -> Int? {
        var index = 0
        let count = bytes.count
        while index < count {
            let byte = bytes[index]
            index += 1
            if byte == 0x0d {
                matched = matched == 2 ? 3 : 1
            } else if byte == 0x0a, matched == 1 {
                matched = 2
            } else if byte == 0x0a, matched == 3 {
                matched = 0
                return index
            } else {
                matched = 0
            }
        }
        return nil
    }
}
