internal import Crypto
internal import EventLoops

/// Carries out what `DownloadMachine` decides: one file from a source into its `.part`.
struct Downloader {
    let source: any ByteSource
    let pool: BlockingPool
    let pause: @Sendable (Duration) async throws -> Void

    /// Pieces are gathered to this size before they are written.
    private static let bufferSize = 1 << 18

    /// Fetches what is missing; on return the file is whole, durable and has the expected hash.
    ///
    /// After an error the file holds what can be resumed, or is gone when it could not be the right one.
    func fetch(
        _ download: KnownModel.Download, from url: String, to path: String,
        progress: @Sendable (Int64) -> Void
    ) async throws {
        let part = try await blocking { try PartFile(path) }
        let (size, tag) = try await blocking { (part.size, try part.validator(for: url)) }
        var machine = DownloadMachine(expected: download.bytes, received: size, validator: tag)
        if size > machine.received { try await blocking { try part.startOver() } }
        while true {
            let action = machine.isComplete ? .complete : try await attempt(&machine, part, url, progress)
            switch action {
            case .askAgain(let milliseconds): try await pause(.milliseconds(milliseconds))
            case .askFromStart: try await blocking { try part.startOver() }
            case .complete:
                if try await blocking({ try part.finish() }) == download.sha256 { return }
                if case .fail(let error) = machine.hashIsWrong() { try await give(up: part, error) }
                try await blocking { try part.startOver() }
            case .fail(let error): try await give(up: part, error)
            case .append, .startOver: preconditionFailure("an attempt ends with what comes after it")
            }
        }
    }

    /// One request and its body.
    private func attempt(
        _ machine: inout DownloadMachine, _ part: PartFile, _ url: String, _ progress: @Sendable (Int64) -> Void
    ) async throws -> DownloadMachine.Action {
        let answer: ByteAnswer
        do {
            answer = try await source.open(url, from: machine.received, validator: machine.validator)
        } catch let fault as TransferFault {
            return machine.failed(fault)
        }
        let action = machine.answered(answer)
        if action == .startOver { try await blocking { try part.startOver() } }
        guard action == .append || action == .startOver else { return action }
        let validator = machine.validator
        try await blocking { try part.keepValidator(validator, for: url) }
        return try await receive(answer, &machine, part, progress)
    }

    private func receive(
        _ answer: ByteAnswer, _ machine: inout DownloadMachine, _ part: PartFile,
        _ progress: @Sendable (Int64) -> Void
    ) async throws -> DownloadMachine.Action {
        var buffer: [UInt8] = []
        var end: TransferFault?
        do {
            while let piece = try await answer.next() {
                if let action = machine.got(piece.count) { return action }
                buffer += piece
                if buffer.count >= Self.bufferSize { try await write(&buffer, to: part) }
                progress(machine.received)
            }
        } catch let fault as TransferFault {
            end = fault
        } catch is CancellationError {
            // What has arrived is worth keeping for the next time.
            try await write(&buffer, to: part)
            throw CancellationError()
        }
        try await write(&buffer, to: part)
        return machine.bodyEnded(end)
    }

    private func write(_ buffer: inout [UInt8], to part: PartFile) async throws {
        let bytes = buffer
        buffer = []
        guard !bytes.isEmpty else { return }
        do {
            try await blocking { try part.append(bytes) }
        } catch let error as SystemCallError where error.meansDiskFull {
            try await blocking { try part.dropUnfinishedWrite() }
            throw ModelError.system(error, partIsKept: true)
        }
    }

    /// Ends with `error`; a file that cannot be the right one goes.
    private func give(up part: PartFile, _ error: ModelError) async throws -> Never {
        if error.code == .wrongHash || error.code == .wrongSize { try await blocking { try part.delete() } }
        throw error
    }

    private func blocking<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
        try await pool.run(body)
    }
}
