import Glibc
import HostProcesses
import Synchronization
public import Transcription

/// Decodes in media hosts, one process for one file. One is always started ahead, so that a voice note does not wait
/// for FFmpeg's 135 libraries.
public final class HostedDecoder: AudioDecoder {
    private let executable: String
    private let workFolder: String
    private let startsAhead: Atomic<Bool>
    private let ahead = Mutex<ChildProcess?>(nil)
    private let working = Mutex<[CInt: ChildProcess]>([:])

    /// - Parameters:
    ///   - executable: path of `stentor-host`.
    ///   - workFolder: where decoded audio lies while it is worked on.
    ///   - startsAhead: keeps one host waiting for the next file.
    public init(executable: String, workFolder: String, startsAhead: Bool = true) {
        self.executable = executable
        self.workFolder = workFolder
        self.startsAhead = Atomic(startsAhead)
    }

    /// Starts the host for the next file now.
    public func startAhead() {
        // A host that cannot be started says so to the file that needs it.
        ahead.withLock { if $0 == nil { $0 = try? start() } }
    }

    /// The next file is the last one: its host is not followed by another.
    public func stopStartingAhead() {
        startsAhead.store(false, ordering: .relaxed)
    }

    /// Ends every host and waits until they are gone.
    public func stop() async {
        stopStartingAhead()
        let waiting = ahead.withLock { $0.take() }
        for host in working.withLock({ Array($0.values) }) + [waiting].compactMap(\.self) { await host.end() }
    }

    public func decode(
        _ media: any MediaSource, _ options: DecodingOptions
    ) -> AsyncThrowingStream<DecodingEvent, any Error> {
        AsyncThrowingStream { events in
            // Ended by the stream's own termination, which cancels it; nothing else awaits it.
            let task = Task {
                do {
                    try await run(media, options, events)
                    events.finish()
                } catch {
                    events.finish(throwing: Task.isCancelled ? CancellationError() : error)
                }
            }
            events.onTermination = { _ in task.cancel() }
        }
    }

    private func start() throws(SystemError) -> ChildProcess {
        try ChildProcess(executable: executable, arguments: ["stentor-host", "media"])
    }

    /// The host that waits, or a new one; the next is started once this one has its work.
    private func take() throws(DecodingError) -> ChildProcess {
        if let waiting = ahead.withLock({ $0.take() }) { return waiting }
        do {
            return try start()
        } catch {
            throw DecodingError(.hostUnavailable, "The media host cannot be started (\(error)).")
        }
    }

    private func run(
        _ media: any MediaSource, _ options: DecodingOptions,
        _ events: AsyncThrowingStream<DecodingEvent, any Error>.Continuation
    ) async throws {
        let host = try take()
        if startsAhead.load(ordering: .relaxed) { startAhead() }
        working.withLock { $0[host.identifier] = host }
        defer { working.withLock { _ = $0.removeValue(forKey: host.identifier) } }
        try await withTaskCancellationHandler {
            do {
                try await converse(with: host, media, options, events)
                await host.end()
            } catch let ending as ChildProcess.Ending {
                throw DecodingError(.crashed, "The file made the decoder fail: \(ending).")
            } catch let error as SystemError where error.number == EPIPE || error.number == ECONNRESET {
                throw DecodingError(.crashed, "The file made the decoder fail.")
            }
        } onCancel: {
            host.kill()
        }
    }

    private func converse(
        with host: ChildProcess, _ media: any MediaSource, _ options: DecodingOptions,
        _ events: AsyncThrowingStream<DecodingEvent, any Error>.Continuation
    ) async throws {
        var file: UnlinkedFile?
        let levels = options.measuresChannels ? try UnlinkedFile(folder: workFolder) : nil
        while true {
            switch try await host.receive().message(MediaReply.self) {
            case .ready:
                let made = try UnlinkedFile(folder: workFolder)
                file = made
                let medium = try Descriptor(duplicating: media.descriptor)
                let targets = [medium, made.writing] + [levels?.writing].compactMap(\.self)
                try host.send(MediaRequest.decode(options, media.extent), descriptors: targets)
            case .need(let end):
                try host.send(await extent(of: media, before: end))
            case .opened(let description):
                guard let file else { throw DecodingError(.crashed, "The media host broke the protocol.") }
                events.yield(.opened(description, UnlinkedPCM(file: file)))
            case .decoded(let samples):
                events.yield(.decoded(samples: samples))
            case .finished(let samples, let remark, let channels):
                let told = channels.flatMap { count in levels.flatMap { $0.levels(channels: count, samples) } }
                events.yield(.finished(samples: samples, remark: remark, channels: told))
                return
            case .failed(let error):
                throw error
            }
        }
    }

    private func extent(of media: any MediaSource, before end: Int64) async -> MediaRequest {
        do {
            return .have(try await media.wait(forBytesBefore: end))
        } catch {
            return .failed("\(error)")
        }
    }
}
