/// `Content-Range: bytes 5-9/20` (RFC 9110 section 14.4), with both ends known.
struct ContentRange: Equatable {
    var first: Int64
    var last: Int64
    /// `nil` for `*`.
    var total: Int64?

    init?(_ value: String?) {
        guard let value, value.lowercased().hasPrefix("bytes ") else { return nil }
        let parts = value.dropFirst(6).split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2 else { return nil }
        let ends = parts[0].split(separator: "-", omittingEmptySubsequences: false)
        guard ends.count == 2, let first = Self.number(ends[0]), let last = Self.number(ends[1]), first <= last else {
            return nil
        }
        if parts[1] == "*" {
            total = nil
        } else {
            guard let number = Self.number(parts[1]), last < number else { return nil }
            total = number
        }
        self.first = first
        self.last = last
    }

    private static func number(_ digits: Substring) -> Int64? {
        let trimmed = digits.utf8.filter { $0 != UInt8(ascii: " ") }
        guard !trimmed.isEmpty, trimmed.count <= 18, trimmed.allSatisfy({ (0x30...0x39).contains($0) }) else {
            return nil
        }
        return trimmed.reduce(0) { $0 * 10 + Int64($1 - 0x30) }
    }
}
