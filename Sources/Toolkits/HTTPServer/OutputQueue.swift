/// Bytes on their way to a peer, in the arrays in which they came: nothing is copied to be sent.
struct OutputQueue {
    private var segments: [[UInt8]] = []
    /// Bytes of the first segment that are gone already.
    private var start = 0
    private(set) var count = 0

    var isEmpty: Bool { count == 0 }

    mutating func append(_ bytes: [UInt8]) {
        guard !bytes.isEmpty else { return }
        segments.append(bytes)
        count += bytes.count
    }

    /// Forgets bytes that were sent.
    mutating func advance(by sent: Int) {
        count -= sent
        var left = sent
        while left > 0 {
            let rest = segments[0].count - start
            if left < rest {
                start += left
                return
            }
            left -= rest
            start = 0
            segments.removeFirst()
        }
    }

    mutating func removeAll() {
        segments = []
        start = 0
        count = 0
    }

    /// Calls `body` with up to four runs of waiting bytes, for one gathering system call.
    func withRuns<Result>(_ body: (UnsafeBufferPointer<UnsafeRawBufferPointer>) -> Result) -> Result {
        withUnsafeTemporaryAllocation(of: UnsafeRawBufferPointer.self, capacity: 4) { runs in
            gather(runs, 0) { body(UnsafeBufferPointer(rebasing: runs[..<$0])) }
        }
    }

    /// Nests one `withUnsafeBytes` per run, so that every pointer is valid inside `body`.
    private func gather<Result>(
        _ runs: UnsafeMutableBufferPointer<UnsafeRawBufferPointer>, _ index: Int, _ body: (Int) -> Result
    ) -> Result {
        guard index < runs.count, index < segments.count else { return body(index) }
        return segments[index].withUnsafeBytes { bytes in
            runs[index] = index == 0 ? UnsafeRawBufferPointer(rebasing: bytes[start...]) : bytes
            return gather(runs, index + 1, body)
        }
    }
}
