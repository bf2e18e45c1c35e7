import EventLoops
import TCP

/// The way from a data centre to a client: answers arrive after a delay and no faster than a rate.
// Unchecked because it is used on its loop's thread alone.
final class PacedLink: @unchecked Sendable {
    private struct Waiting {
        var readyAt: MonotonicTime
        var bytes: [UInt8]
        var start = 0
        /// Overrides the link's rate.
        var rate: Double
        /// Resets the connection after so many more bytes.
        var resetAfter: Int?
    }

    private let stream: TCPStream
    private let loop: EventLoop
    private let opened = MonotonicTime.now()
    private var queue: [Waiting] = []
    private var free = MonotonicTime.now()
    private var timer: LoopTimer?

    init(_ stream: TCPStream, _ loop: EventLoop) {
        self.stream = stream
        self.loop = loop
    }

    func send(_ bytes: [UInt8], _ shape: FakeDataCentres.LinkShape, drip: Int?, resetAfter: Int?) {
        // To connect takes a round trip too, which loopback does not show.
        let delay = Duration.seconds(shape.roundTrip)
        let readyAt = max(MonotonicTime.now() + delay, opened + delay * 2)
        queue.append(
            Waiting(
                readyAt: readyAt, bytes: bytes, rate: drip.map(Double.init) ?? shape.rate, resetAfter: resetAfter))
        pump()
    }

    func pump() {
        while let first = queue.first {
            let now = MonotonicTime.now()
            let start = max(first.readyAt, free)
            guard start <= now else { return wake(in: start - now) }
            guard stream.unsent < 1 << 20 else { return }
            guard sendSlice(first, now) else { return }
        }
    }

    /// `false` when the connection is gone.
    private func sendSlice(_ first: Waiting, _ now: MonotonicTime) -> Bool {
        var size = first.rate == 0 ? first.bytes.count : first.rate < 1e6 ? 1024 : 32 << 10
        size = min(size, first.bytes.count - first.start)
        if let limit = first.resetAfter, first.start + size > limit {
            stream.write(Array(first.bytes[first.start..<max(first.start, limit)]))
            stream.reset()
            queue = []
            return false
        }
        stream.write(
            first.start == 0 && size == first.bytes.count
                ? first.bytes : Array(first.bytes[first.start..<(first.start + size)]))
        queue[0].start += size
        if queue[0].start == first.bytes.count { queue.removeFirst() }
        if first.rate > 0 {
            // Timers come late; a little of what was missed is made up for.
            free = max(free, now + .milliseconds(-10)) + .seconds(Double(size) / first.rate)
        }
        return true
    }

    private func wake(in delay: Duration) {
        if let timer { loop.cancel(timer) }
        timer = loop.schedule(after: delay) { [weak self] in self?.pump() }
    }

    func stop() {
        if let timer { loop.cancel(timer) }
        queue = []
    }
}
