public import Accounts
public import HTTPRouting
import HTTPTypes
public import Scheduling
public import Streaming
public import Telemetry

/// Published files at their addresses: to play, to keep, and to watch with their text.
public struct Links: Sendable {
    public struct Ports: Sendable {
        public var office: LinkOffice
        public var shelf: BlockShelf
        public var transcriptions: Transcriptions
        public var accounts: any AccountStore
        public var metrics: Metrics
        /// The address under which a queue can fetch a published file.
        public var address: @Sendable (RemoteFile) -> String

        public init(
            office: LinkOffice, shelf: BlockShelf, transcriptions: Transcriptions, accounts: any AccountStore,
            metrics: Metrics, address: @escaping @Sendable (RemoteFile) -> String
        ) {
            self.office = office
            self.shelf = shelf
            self.transcriptions = transcriptions
            self.accounts = accounts
            self.metrics = metrics
            self.address = address
        }
    }

    /// The beginnings of paths whose links are their own permission, and must not be logged.
    public static let prefixes = ["/stream/", "/dl/", "/watch/", "/watch-assets/"]

    private let ports: Ports
    private let gate: Gate
    private let wish: TranscriptionWish

    /// - Parameter wish: how a transcription that the player's button starts is made.
    public init(_ ports: Ports, limits: StreamLimits, wish: TranscriptionWish) {
        self.ports = ports
        self.wish = wish
        gate = Gate(limits)
    }

    public func addRoutes(to router: inout Router) {
        let streams = StreamHandler(ports: ports, gate: gate)
        router.get("/stream/{link}/{name}", LinkOperations.file("Read a file, from wherever you like.")) {
            request, parameters in
            try await streams.answer(request, parameters, .stream)
        }
        router.get("/dl/{link}/{name}", LinkOperations.file("Download a file.")) { request, parameters in
            try await streams.answer(request, parameters, .download)
        }
        let watch = WatchHandler(ports: ports, wish: wish)
        router.get("/watch/{link}", LinkOperations.page) { _, parameters in try await watch.page(parameters) }
        router.get("/watch/{link}/transcript", LinkOperations.transcript) { _, parameters in
            try await watch.transcript(parameters)
        }
        router.get("/watch/{link}/subtitles.vtt", LinkOperations.subtitles) { _, parameters in
            try await watch.subtitles(parameters)
        }
        router.post("/watch/{link}/transcribe", LinkOperations.start) { _, parameters in
            try await watch.start(parameters)
        }
        let assets = WatchAssets()
        router.get("/watch-assets/{name}", LinkOperations.asset) { request, parameters in
            try assets.response(to: request, name: parameters["name"])
        }
    }

    public func gauges() async -> [Metrics.Gauge] {
        let shelf = await ports.shelf.currentFigures()
        return [
            .init(.init("stentor_stream_viewers"), Double(shelf.viewers)),
            .init(.init("stentor_stream_responses_open"), Double(gate.open)),
            .init(.init("stentor_stream_cache_bytes"), Double(shelf.cachedBytes)),
            .init(.init("stentor_stream_bytes_on_the_way"), Double(shelf.bytesOnTheWay)),
            .init(.init("stentor_stream_page_hits"), Double(shelf.hits)),
            .init(.init("stentor_stream_page_misses"), Double(shelf.misses)),
        ]
    }
}
