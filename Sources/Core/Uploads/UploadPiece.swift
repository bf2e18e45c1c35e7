/// Writes one piece of an upload, and settles it whatever ends it.
struct UploadPiece: Sendable {
    let writer: any UploadWriter
    var progress: UploadProgress
    var checksum: (any PieceChecksum)?

    /// Throws what cut the piece off, `.interrupted` when `interruptions` ended first; what came is settled by then.
    func run(
        until interruptions: AsyncStream<Never>, _ pieces: @escaping @Sendable () async throws -> [UInt8]?
    ) async throws {
        try await withThrowingTaskGroup(of: Bool.self) { group in
            group.addTask {
                try await write(pieces)
                return true
            }
            group.addTask {
                for await _ in interruptions {}
                return false
            }
            let isWritten = try await group.next() ?? false
            group.cancelAll()
            if isWritten { return }
            // The writer settles first; it may have come to its end in this moment.
            do { if try await group.next() == true { return } } catch is CancellationError {}
            throw UploadError.interrupted
        }
    }

    private func write(_ pieces: @Sendable () async throws -> [UInt8]?) async throws {
        var piece = self
        var failure: (any Error)?
        do {
            while let bytes = try await pieces() { try await piece.take(bytes) }
        } catch {
            failure = error
        }
        let matches = failure == nil ? piece.checksum?.matches() : false
        let ending = piece.progress.ending(matches: matches)
        // Awaited at once; a task of its own because a cancelled one must settle too.
        let settled = await Task { [writer] () -> UploadError? in
            do throws(UploadError) {
                switch ending {
                case .keep: try await writer.commit()
                case .rollBack(let offset): try await writer.rollBack(to: offset)
                }
                return nil
            } catch {
                return error
            }
        }.value
        if let failure { throw failure }
        if let settled { throw settled }
        if matches == false { throw UploadError.checksumMismatch }
    }

    private mutating func take(_ bytes: [UInt8]) async throws {
        try progress.check(bytes.count)
        try await writer.append(bytes)
        checksum?.update(bytes)
        if progress.wrote(bytes.count) { try await writer.commit() }
    }
}
