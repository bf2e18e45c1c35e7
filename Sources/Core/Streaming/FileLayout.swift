/// How a file is divided into pages, and which requests bring them.
///
/// A page is what is kept and handed out; a block is what one request brings. Every viewer uses the same grid, whatever
/// range was asked for, so that one viewer's block is the next one's hit.
public struct FileLayout: Sendable, Hashable {
    /// Bytes of a page: what one write hands to a socket, and what a slow reader keeps alive while it takes it.
    public static let page = 32 * 1024
    /// No request may cross a multiple of it (core.telegram.org/api/files).
    public static let block = 1 << 20

    /// What offsets and lengths of requests are multiples of.
    public enum Alignment: Int, Sendable, Hashable {
        /// Lengths are moreover powers of two.
        case standard = 4096
        /// With the flag `precise`.
        case precise = 1024
    }

    /// Bytes.
    public let size: Int64
    public let alignment: Alignment

    public init(size: Int64, alignment: Alignment = .precise) {
        self.size = max(0, size)
        self.alignment = alignment
    }

    public var pages: Int64 { (size + Int64(Self.page) - 1) / Int64(Self.page) }

    /// The page that holds a byte.
    public static func page(at offset: Int64) -> Int64 { offset / Int64(page) }

    /// The bytes of one page; shorter at the end of the file.
    public func bytes(ofPage page: Int64) -> Range<Int64> {
        let start = min(size, page * Int64(Self.page))
        return start..<min(size, start + Int64(Self.page))
    }

    /// What of a page belongs to a range, counted from the page's start.
    public func cut(_ range: Range<Int64>, ofPage page: Int64) -> Range<Int> {
        let part = bytes(ofPage: page).clamped(to: range)
        let start = page * Int64(Self.page)
        return part.isEmpty ? 0..<0 : Int(part.lowerBound - start)..<Int(part.upperBound - start)
    }

    /// The requests that bring a run of pages: none crosses a MiB, every length is allowed.
    public func requests(forPages run: Range<Int64>) -> [Range<Int64>] {
        var requests: [Range<Int64>] = []
        var next = run.lowerBound
        let end = min(run.upperBound, pages)
        while next < end {
            let count =
                alignment == .precise ? Self.nextMiB(after: next) - next : largestPower(at: next, atMost: end - next)
            let stop = min(end, next + count)
            requests.append(next..<stop)
            next = stop
        }
        return requests
    }

    /// The request itself; the last one of a file is rounded up.
    public func block(forPages run: Range<Int64>) -> Block {
        let start = run.lowerBound * Int64(Self.page)
        let length = Int(min(size, run.upperBound * Int64(Self.page)) - start)
        return Block(offset: start, count: rounded(length))
    }

    /// Bytes that the answer to a request must have.
    public func expected(_ block: Block) -> Int { Int(max(0, min(size - block.offset, Int64(block.count)))) }

    private static let pagesPerBlock = Int64(block / page)

    /// The first page behind the MiB that holds this one.
    static func nextMiB(after page: Int64) -> Int64 { (page / pagesPerBlock + 1) * pagesPerBlock }

    /// Runs that start at a multiple of their own length never cross a MiB.
    private func largestPower(at page: Int64, atMost limit: Int64) -> Int64 {
        var count = Self.pagesPerBlock
        while page % count != 0 || count > limit { count /= 2 }
        return count
    }

    private func rounded(_ length: Int) -> Int {
        if alignment == .precise { return (length + 1023) / 1024 * 1024 }
        var count = Alignment.standard.rawValue
        while count < length { count *= 2 }
        return count
    }
}
