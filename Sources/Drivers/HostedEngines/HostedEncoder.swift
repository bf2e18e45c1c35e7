public import EventLoops
import Glibc
import HostProcesses
public import Transcription

/// Encodes in media hosts: parts of decoded audio in hosts that are used again, whole media in one of their own. Bytes
/// come through a pipe, so a slow receiver makes the host wait and nothing piles up.
public actor HostedEncoder {
    /// Hosts that wait for the next part.
    private static let mostIdle = 2
    /// Parts after which a host is replaced.
    private static let mostParts = 100

    private struct Host {
        let child: ChildProcess
        var parts = 0
    }

    private let executable: String
    private let loop: EventLoop
    private var idle: [Host] = []
    private var free: Int
    private var waiting: [CheckedContinuation<Void, Never>] = []

    /// - Parameters:
    ///   - executable: path of `stentor-host`.
    ///   - loop: watches the pipes.
    ///   - slots: parts encoded at the same time, a waiting receiver included.
    public init(executable: String, loop: EventLoop, slots: Int = 8) {
        self.executable = executable
        self.loop = loop
        free = max(1, slots)
    }

    /// Ends the hosts that wait.
    public func stop() async {
        let ending = idle
        idle = []
        for host in ending { await host.child.end() }
    }

    // MARK: - Hosts

    private func take() async throws -> Host {
        if free > 0 {
            free -= 1
        } else {
            // Every holder gives its slot back, so this wait ends.
            await withCheckedContinuation { waiting.append($0) }
        }
        if let host = idle.popLast() { return host }
        do {
            return Host(child: try await Self.started(executable))
        } catch {
            giveSlot()
            throw error
        }
    }

    private func give(_ host: Host) {
        if host.parts < Self.mostParts, idle.count < Self.mostIdle { idle.append(host) } else { host.child.kill() }
        giveSlot()
    }

    private func giveSlot() {
        if waiting.isEmpty { free += 1 } else { waiting.removeFirst().resume() }
    }

    private static func started(_ executable: String) async throws -> ChildProcess {
        let child: ChildProcess
        do throws(SystemError) {
            child = try ChildProcess(executable: executable, arguments: ["stentor-host", "media"])
        } catch {
            throw DecodingError(.hostUnavailable, "The media host cannot be started (\(error)).")
        }
        return try await withTaskCancellationHandler {
            guard case .ready = try await child.receive().message(MediaReply.self) else {
                throw DecodingError(.crashed, "The media host broke the protocol.")
            }
            return child
        } onCancel: {
            child.kill()
        }
    }
}

extension HostedEncoder: AudioEncoder {
    public func encode(
        _ range: Range<Int>, of pcm: any PCM, _ settings: EncodingSettings, write: @escaping Write
    ) async throws {
        let source = try Descriptor(duplicating: pcm.descriptor)
        var host = try await take()
        host.parts += 1
        do {
            try await encode(range, source, settings, with: host.child, write)
            give(host)
        } catch {
            // It may still hold bytes nobody wants.
            host.child.kill()
            giveSlot()
            throw Task.isCancelled ? CancellationError() : error
        }
    }

    private nonisolated func encode(
        _ range: Range<Int>, _ source: Descriptor, _ settings: EncodingSettings, with child: ChildProcess,
        _ write: @escaping Write
    ) async throws {
        try await withTaskCancellationHandler {
            let reader = try send(.encode(range: range, settings), source, to: child)
            while let bytes = try await reader.next() { try await write(bytes) }
            switch try await reply(of: child) {
            case .finished: return
            case .failed(let error): throw error
            default: throw DecodingError(.crashed, "The media host broke the protocol.")
            }
        } onCancel: {
            child.kill()
        }
    }

    public nonisolated func transcode(
        _ media: any MediaSource, _ options: DecodingOptions, _ settings: EncodingSettings,
        opened: @escaping @Sendable (MediaDescription) async throws -> Void, write: @escaping Write
    ) async throws -> (samples: Int, remark: String?) {
        let child = try await Self.started(executable)
        let result: (samples: Int, remark: String?)
        do {
            result = try await withTaskCancellationHandler {
                let source = try Descriptor(duplicating: media.descriptor)
                let reader = try send(.transcode(options, settings, media.extent), source, to: child)
                return try await converse(child, media, reader, opened, write)
            } onCancel: {
                child.kill()
            }
        } catch {
            await child.end()
            throw Task.isCancelled ? CancellationError() : error
        }
        await child.end()
        return result
    }

    /// Answers the host's needs while its bytes are passed on.
    private nonisolated func converse(
        _ child: ChildProcess, _ media: any MediaSource, _ reader: PipeReader,
        _ opened: @escaping @Sendable (MediaDescription) async throws -> Void, _ write: @escaping Write
    ) async throws -> (samples: Int, remark: String?) {
        try await withThrowingTaskGroup(of: (samples: Int, remark: String?)?.self) { group in
            // The first bytes wait until the file's description was looked at.
            let gate = AsyncStream<Void>.makeStream()
            group.addTask {
                for await _ in gate.stream { break }
                while let bytes = try await reader.next() { try await write(bytes) }
                return nil
            }
            group.addTask {
                defer { gate.continuation.finish() }
                while true {
                    switch try await self.reply(of: child) {
                    case .need(let end): try child.send(await self.extent(of: media, before: end))
                    case .opened(let description):
                        try await opened(description)
                        gate.continuation.yield()
                    case .decoded: continue
                    case .finished(let samples, let remark, _): return (samples, remark)
                    case .failed(let error): throw error
                    case .ready: throw DecodingError(.crashed, "The media host broke the protocol.")
                    }
                }
            }
            defer { group.cancelAll() }
            var result: (samples: Int, remark: String?)?
            do {
                while let finished = try await group.next() { result = finished ?? result }
            } catch {
                // Its answer ends the wait of the child task that listens to it.
                child.kill()
                throw error
            }
            guard let result else { throw DecodingError(.crashed, "The media host broke the protocol.") }
            return result
        }
    }

    private nonisolated func send(
        _ request: MediaRequest, _ source: Descriptor, to child: ChildProcess
    ) throws -> PipeReader {
        let (reader, writing) = try PipeReader.pipe(on: loop)
        try child.send(request, descriptors: [source, writing])
        return reader
    }

    private nonisolated func reply(of child: ChildProcess) async throws -> MediaReply {
        do {
            return try await child.receive().message(MediaReply.self)
        } catch let ending as ChildProcess.Ending {
            throw DecodingError(.crashed, "The file made the media host fail: \(ending).")
        }
    }

    private nonisolated func extent(of media: any MediaSource, before end: Int64) async -> MediaRequest {
        do {
            return .have(try await media.wait(forBytesBefore: end))
        } catch {
            return .failed("\(error)")
        }
    }
}
