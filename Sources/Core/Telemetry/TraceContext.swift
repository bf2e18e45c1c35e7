/// Where in a trace something happens (W3C Trace Context, https://www.w3.org/TR/trace-context/).
public struct TraceContext: Sendable, Hashable {
    /// 16 bytes, not all zero.
    public let trace: [UInt8]
    /// 8 bytes, not all zero.
    public let span: [UInt8]

    /// A trace that begins here.
    public static func random() -> TraceContext { TraceContext(trace: bytes(16), span: bytes(8)) }

    /// Something that happens within this.
    public func child() -> TraceContext { TraceContext(trace: trace, span: Self.bytes(8)) }

    private init(trace: [UInt8], span: [UInt8]) {
        self.trace = trace
        self.span = span
    }

    /// Reads the header `traceparent`; nil for anything that is not of its form.
    public init?(traceparent: String) {
        let parts = traceparent.utf8.split(separator: 0x2d, omittingEmptySubsequences: false)
        // Version 00 has these four; later ones may have more, and ff is forbidden.
        guard traceparent.utf8.count <= 512, parts.count >= 4, let version = Self.hex(parts[0], 1), version != [0xff],
            version != [0] || parts.count == 4, let trace = Self.hex(parts[1], 16), let span = Self.hex(parts[2], 8),
            Self.hex(parts[3], 1) != nil, trace.contains(where: { $0 != 0 }), span.contains(where: { $0 != 0 })
        else { return nil }
        self.trace = trace
        self.span = span
    }

    private static func hex(_ digits: Substring.UTF8View, _ count: Int) -> [UInt8]? {
        guard digits.count == 2 * count else { return nil }
        var values: [UInt8] = []
        for digit in digits {
            switch digit {
            case 0x30...0x39: values.append(digit - 0x30)
            // Capital letters are not of the form.
            case 0x61...0x66: values.append(digit - 0x61 + 10)
            default: return nil
            }
        }
        return stride(from: 0, to: values.count, by: 2).map { values[$0] << 4 | values[$0 + 1] }
    }

    private static func bytes(_ count: Int) -> [UInt8] {
        var generator = SystemRandomNumberGenerator()
        var bytes = (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
        if bytes.allSatisfy({ $0 == 0 }) { bytes[0] = 1 }
        return bytes
    }
}

/// Whose work the current task does.
public enum TraceScope {
    @TaskLocal public static var current: TraceContext?
}
