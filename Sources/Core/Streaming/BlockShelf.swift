public import Telemetry

/// Where all viewers' blocks lie: pages in memory, requests under way, and who waits for which.
///
/// Viewers of one content share everything, however many links lead to it. A request is made once, whoever asks; it is
/// dropped when the last of those who asked has left.
public actor BlockShelf {
    private struct Waiter {
        let page: Int64
        let continuation: CheckedContinuation<Result<[UInt8], BlockFailure>, Never>
    }

    private let source: any BlockSource
    private let archive: (any PageArchive)?
    private let now: @Sendable () -> Double
    private let metrics: Metrics
    private var state: ShelfState
    /// By request, then by viewer.
    private var waiters: [Int: [Int: Waiter]] = [:]
    /// Awaited by nobody: the last act of each is `finished`, and one that nobody needs any more is cancelled.
    private var tasks: [Int: Task<Void, Never>] = [:]
    private var figures = ShelfFigures()

    /// - Parameters:
    ///   - archive: asked before the source, and told what came.
    ///   - now: seconds on a clock that never goes back.
    public init(
        _ source: any BlockSource, limits: ShelfLimits = ShelfLimits(), archive: (any PageArchive)? = nil,
        metrics: Metrics, now: @escaping @Sendable () -> Double
    ) {
        self.source = source
        self.archive = archive
        self.metrics = metrics
        self.now = now
        state = ShelfState(limits)
    }

    public func currentFigures() -> ShelfFigures {
        var result = figures
        result.viewers = state.viewers.count
        result.cachedBytes = state.cache.bytes
        result.bytesOnTheWay = state.bytesOnTheWay
        return result
    }

    // MARK: - Viewers

    /// Somebody begins to read a file; it ends when the viewer is let go.
    public func open(_ file: RemoteFile) -> FileViewer {
        let layout = FileLayout(size: file.size)
        return FileViewer(shelf: self, number: state.open(file), file: file, layout: layout)
    }

    func close(_ viewer: Int) {
        guard let last = state.viewers[viewer] else { return }
        if last.hasAsked {
            metrics.add(to: .init("stentor_streams_total"))
            metrics.add(Double(last.calls), to: .init("stentor_stream_viewer_calls_total"))
            if last.calls == 0 { metrics.add(to: .init("stentor_streams_cached_total")) }
        }
        perform(state.close(viewer))
    }

    /// Bytes of a page, whole and of the length the file's size promises.
    /// - Parameter end: the page after the last one this viewer wants.
    func page(_ page: Int64, for viewer: Int, end: Int64) async throws(BlockFailure) -> [UInt8] {
        guard let (answer, actions) = state.ask(viewer, page: page, end: end, now: now()) else { throw .cancelled }
        perform(actions)
        switch answer {
        case .page(let bytes):
            figures.hits += 1
            return bytes
        case .wait(let flight):
            figures.misses += 1
            let bytes = try await wait(flight, page, viewer).get()
            state.had(viewer, at: now())
            return bytes
        }
    }

    private func wait(_ flight: Int, _ page: Int64, _ viewer: Int) async -> Result<[UInt8], BlockFailure> {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                if Task.isCancelled {
                    continuation.resume(returning: .failure(.cancelled))
                } else {
                    waiters[flight, default: [:]][viewer] = Waiter(page: page, continuation: continuation)
                }
            }
        } onCancel: {
            // Awaited by nobody: it only wakes the one who waits.
            Task { await self.wake(viewer, flight) }
        }
    }

    private func wake(_ viewer: Int, _ flight: Int) {
        waiters[flight]?.removeValue(forKey: viewer)?.continuation.resume(returning: .failure(.cancelled))
    }

    // MARK: - Requests

    private func perform(_ actions: [ShelfState.Action]) {
        for action in actions {
            switch action {
            case .start(let id):
                guard let flight = state.flights[id] else { continue }
                tasks[id] = Task { await self.fly(id, flight) }
            case .cancel(let id): tasks.removeValue(forKey: id)?.cancel()
            }
        }
    }

    private func fly(_ id: Int, _ flight: ShelfState.Flight) async {
        if let bytes = await archived(flight) { return finished(id, .success(bytes)) }
        do throws(BlockFailure) {
            let bytes = try await source.read(flight.block, of: flight.file)
            figures.calls += 1
            figures.bytes += Int64(bytes.count)
            metrics.add(to: .init("stentor_stream_source_calls_total"))
            metrics.add(Double(bytes.count), to: .init("stentor_stream_source_bytes_total"))
            // Longer only where the size is said too small; what was promised to clients counts.
            guard bytes.count >= flight.expected else { throw .short }
            finished(id, .success(bytes))
            await keep(flight, bytes)
        } catch {
            finished(id, .failure(error))
        }
    }

    private func finished(_ id: Int, _ result: Result<[UInt8], BlockFailure>) {
        tasks[id] = nil
        let waiting = waiters.removeValue(forKey: id) ?? [:]
        switch result {
        case .success(let bytes):
            let awaited = Set(waiting.values.map(\.page))
            guard let (pages, actions) = state.arrived(id, bytes, isAwaited: awaited.contains) else { break }
            for waiter in waiting.values {
                waiter.continuation.resume(returning: pages[waiter.page].map { .success($0) } ?? .failure(.short))
            }
            return perform(actions)
        case .failure(let failure):
            if failure != .cancelled {
                figures.failures += 1
                metrics.add(to: .init("stentor_stream_source_failures_total", ["reason": failure.word]))
            }
            for waiter in waiting.values { waiter.continuation.resume(returning: .failure(failure)) }
            return perform(state.failed(id))
        }
        for waiter in waiting.values { waiter.continuation.resume(returning: .failure(.cancelled)) }
    }

    // MARK: - The archive

    private func archived(_ flight: ShelfState.Flight) async -> [UInt8]? {
        guard let archive else { return nil }
        var bytes: [UInt8] = []
        for page in flight.pages {
            guard let part = await archive.page(ShelfState.name(flight.file, page)) else { return nil }
            bytes += part
        }
        return bytes.count == flight.expected ? bytes : nil
    }

    private func keep(_ flight: ShelfState.Flight, _ bytes: [UInt8]) async {
        guard let archive else { return }
        for page in flight.pages {
            let start = Int((page - flight.pages.lowerBound) * Int64(FileLayout.page))
            let end = min(start + FileLayout.page, flight.expected)
            await archive.keep(ShelfState.name(flight.file, page), Array(bytes[start..<end]))
        }
    }
}

extension BlockFailure {
    /// For monitors.
    var word: String {
        switch self {
        case .gone: "gone"
        case .forbidden: "forbidden"
        case .unknownFile: "unknown_file"
        case .busy: "busy"
        case .unreachable: "unreachable"
        case .short: "short"
        case .cancelled: "cancelled"
        }
    }
}
