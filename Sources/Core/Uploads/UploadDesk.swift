public import Jobs

/// A checksum that a client sends with a piece, while the piece arrives.
public protocol PieceChecksum: Sendable {
    mutating func update(_ bytes: [UInt8])
    /// Whether the bytes so far have it.
    mutating func matches() -> Bool
}

/// Resumable uploads: who may do what, and one writer for each at a time.
public actor UploadDesk {
    public struct Limits: Sendable {
        /// Bytes of one file.
        public var length: Int64
        /// Seconds after which an upload without new bytes is gone.
        public var lifetime: Double
        /// A request that still writes has so long to come to its end when another one asks for the same upload: what
        /// arrived before a line broke is still being read.
        public var grace: Duration = .seconds(1)
        /// Uploads of one owner.
        public var perOwner = 1000

        public init(length: Int64, lifetime: Double) {
            self.length = length
            self.lifetime = lifetime
        }
    }

    /// A request that adds bytes now.
    private struct Writer {
        let number: Int
        let interrupt: @Sendable () -> Void
        var waiters: [CheckedContinuation<Void, Never>] = []
    }

    public nonisolated let limits: Limits
    private let vault: any UploadVault
    private let clock: any JobClock
    private var writers: [UploadID: Writer] = [:]
    private var writerCount = 0

    public init(_ vault: any UploadVault, limits: Limits, clock: any JobClock) {
        self.vault = vault
        self.limits = limits
        self.clock = clock
    }

    // MARK: - Requests

    public func create(
        owner: Owner, name: String, metadata: String, length: Int64
    ) async throws(UploadError) -> UploadState {
        guard length <= limits.length else { throw .tooLarge(limit: limits.length) }
        await sweep()
        let mine = try await vault.states().filter { $0.record.owner == owner }
        guard mine.count < limits.perOwner else { throw .tooMany }
        guard await vault.room() >= length else { throw .noRoom }
        var generator = SystemRandomNumberGenerator()
        let record = UploadRecord(
            id: .random(using: &generator), owner: owner, name: name, metadata: metadata, length: length,
            createdAt: clock.now().wall)
        try await vault.create(record)
        return UploadState(record: record, offset: 0, touchedAt: record.createdAt)
    }

    /// Where the upload stands. Whoever asks wants to go on: a request that still writes, most often over a line that
    /// is dead without knowing it, is ended first.
    public func state(_ id: UploadID, owner: Owner) async throws(UploadError) -> UploadState {
        _ = try await find(id, owner)
        await takeOver(id)
        return try await find(id, owner)
    }

    /// Adds a piece. Returns the state after it.
    /// - Parameter announced: bytes of the piece, where they are known.
    public func append(
        to id: UploadID, owner: Owner, at claimed: Int64, announced: Int64?, checksum: (any PieceChecksum)?,
        pieces: @escaping @Sendable () async throws -> [UInt8]?
    ) async throws -> UploadState {
        _ = try await find(id, owner)
        let (number, interruptions) = await enter(id)
        defer { leave(id, number) }
        let state = try await find(id, owner)
        let progress = try UploadProgress(
            state, at: claimed, announced: announced, isChecked: checksum != nil)
        let piece = UploadPiece(writer: try await vault.open(id), progress: progress, checksum: checksum)
        try await piece.run(until: interruptions, pieces)
        return try await find(id, owner)
    }

    public func remove(_ id: UploadID, owner: Owner) async throws(UploadError) {
        _ = try await find(id, owner)
        await takeOver(id)
        try await vault.remove(id)
    }

    /// A complete upload and its name.
    public func medium(_ id: UploadID, owner: Owner) async throws(UploadError) -> (any MediaIntake, name: String) {
        let state = try await find(id, owner)
        guard state.isComplete else { throw .incomplete }
        return (try await vault.medium(id), state.record.name)
    }

    /// Seconds since 1970 at which the upload is gone.
    public nonisolated func expiry(of state: UploadState) -> Double { state.touchedAt + limits.lifetime }

    private func find(_ id: UploadID, _ owner: Owner) async throws(UploadError) -> UploadState {
        guard let state = try await vault.state(id), state.record.owner == owner else { throw .notFound }
        guard expiry(of: state) > clock.now().wall || writers[id] != nil else { throw .expired }
        return state
    }

    // MARK: - One writer at a time

    private func enter(_ id: UploadID) async -> (Int, AsyncStream<Never>) {
        await takeOver(id)
        writerCount += 1
        let (stream, continuation) = AsyncStream<Never>.makeStream()
        writers[id] = Writer(number: writerCount, interrupt: { continuation.finish() })
        return (writerCount, stream)
    }

    /// Returns when nobody writes; between that and the caller's next `await` nobody can begin.
    private func takeOver(_ id: UploadID) async {
        while let writer = writers[id] {
            // Awaited by nobody: it ends by itself, or is cancelled as soon as the writer has left.
            let patience = Task {
                try await Task.sleep(for: limits.grace)
                writer.interrupt()
            }
            await withCheckedContinuation { writers[id]?.waiters.append($0) }
            patience.cancel()
        }
    }

    private func leave(_ id: UploadID, _ number: Int) {
        guard let writer = writers[id], writer.number == number else { return }
        writers[id] = nil
        for waiter in writer.waiters { waiter.resume() }
    }

    // MARK: - Care

    /// Until it is cancelled.
    public func sweepRegularly() async {
        while !Task.isCancelled {
            await sweep()
            try? await Task.sleep(for: .seconds(600))
        }
    }

    /// Removes what has expired.
    public func sweep() async {
        // What cannot be read now is looked at again next time.
        guard let states = try? await vault.states() else { return }
        let now = clock.now().wall
        for state in states where expiry(of: state) <= now && writers[state.record.id] == nil {
            try? await vault.remove(state.record.id)
        }
    }
}
