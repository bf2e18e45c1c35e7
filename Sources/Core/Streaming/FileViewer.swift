/// Somebody who reads a file from one place onwards. Letting it go ends what was requested for it alone.
public final class FileViewer: Sendable {
    /// Seconds between tries, and how many there are before a reader is given up.
    private static let delays = [0.2, 0.5, 1, 2, 4]
    /// Seconds that a reader waits because Telegram asks for it.
    private static let longestPause = 20

    public let file: RemoteFile
    private let shelf: BlockShelf
    private let number: Int
    private let layout: FileLayout

    init(shelf: BlockShelf, number: Int, file: RemoteFile, layout: FileLayout) {
        self.shelf = shelf
        self.number = number
        self.file = file
        self.layout = layout
    }

    deinit {
        // Awaited by nobody: it only tells the shelf.
        Task { [shelf, number] in await shelf.close(number) }
    }

    /// Hands over the bytes of `range`, which lies within the file, in order and page by page.
    ///
    /// After a failure that passes it goes on with the very next byte. When it throws, what was handed over is right and
    /// is not everything.
    /// - Throws: `BlockFailure`, or what `take` throws.
    public func read(_ range: Range<Int64>, _ take: ([UInt8]) async throws -> Void) async throws {
        guard !range.isEmpty else { return }
        let end = FileLayout.page(at: range.upperBound - 1) + 1
        for page in FileLayout.page(at: range.lowerBound)..<end {
            let bytes = try await bytes(ofPage: page, end: end)
            let cut = layout.cut(range, ofPage: page)
            // A whole page is handed on as it lies in the cache: many slow readers share it.
            try await take(cut.count == bytes.count ? bytes : Array(bytes[cut]))
        }
    }

    /// Makes sure that the first byte of `range` can be had, so that a failure is known before anything is answered.
    public func prepare(_ range: Range<Int64>) async throws(BlockFailure) {
        guard !range.isEmpty else { return }
        let end = FileLayout.page(at: range.upperBound - 1) + 1
        _ = try await bytes(ofPage: FileLayout.page(at: range.lowerBound), end: end)
    }

    private func bytes(ofPage page: Int64, end: Int64) async throws(BlockFailure) -> [UInt8] {
        var tries = 0
        while true {
            do throws(BlockFailure) {
                return try await shelf.page(page, for: number, end: end)
            } catch {
                guard tries < Self.delays.count, let pause = Self.pause(after: error, tries) else { throw error }
                tries += 1
                do { try await Task.sleep(for: .seconds(pause)) } catch { throw .cancelled }
            }
        }
    }

    /// Seconds; `nil` for what will not change.
    private static func pause(after failure: BlockFailure, _ tries: Int) -> Double? {
        switch failure {
        case .unreachable, .short: delays[tries]
        case .busy(let seconds): seconds <= longestPause ? Double(max(seconds, 1)) : nil
        case .gone, .forbidden, .unknownFile, .cancelled: nil
        }
    }
}
